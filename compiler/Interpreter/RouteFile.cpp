//===- RouteFile.cpp - Choices as JSON ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same text as runtime/Stats writes, so that either side reads the other.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/RouteFile.h"

#include "spex/measures.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <fmt/format.h>

namespace spex::interpreter {

std::vector<RouteRecord> joined(const std::vector<RouteRecord> &records) {
  std::vector<RouteRecord> all;
  for (const RouteRecord &record : records) {
    auto same = std::find_if(all.begin(), all.end(), [&](const auto &other) {
      return other.path == record.path && other.layer == record.layer;
    });
    if (same == all.end()) {
      all.push_back(record);
      continue;
    }
    same->ids.insert(same->ids.end(), record.ids.begin(), record.ids.end());
    same->ownIds.insert(same->ownIds.end(), record.ownIds.begin(),
                        record.ownIds.end());
    for (size_t e = 0; e < same->count.size(); ++e) {
      same->count[e] += record.count[e];
      same->droppedOf[e] += record.droppedOf[e];
    }
    same->dropped += record.dropped;
  }
  // Layer by layer within a route; routes as they first ran.
  std::vector<std::string> paths;
  for (const RouteRecord &record : all)
    if (std::find(paths.begin(), paths.end(), record.path) == paths.end())
      paths.push_back(record.path);
  auto placeOf = [&](const RouteRecord &record) {
    return std::find(paths.begin(), paths.end(), record.path);
  };
  std::sort(
      all.begin(), all.end(), [&](const RouteRecord &a, const RouteRecord &b) {
        return a.path == b.path ? a.layer < b.layer : placeOf(a) < placeOf(b);
      });
  return all;
}

template <typename Fn>
static std::string listText(const std::vector<RouteRecord> &records, Fn fn) {
  std::string text = "{\"routes\":[";
  const char *separator = "";
  for (const RouteRecord &record : joined(records)) {
    text += fmt::format("{}\n{{\"path\":\"{}\",\"layer\":{},{}}}", separator,
                        record.path, record.layer, fn(record));
    separator = ",";
  }
  return text + "\n]}\n";
}

std::string routesText(const std::vector<RouteRecord> &records) {
  return listText(records, [](const RouteRecord &record) {
    std::string units;
    for (size_t i = 0; i < record.ids.size(); i += record.choices) {
      auto first = record.ids.begin() + i;
      units += fmt::format("{}[{}]", i == 0 ? "" : ",",
                           fmt::join(first, first + record.choices, ","));
    }
    return fmt::format("\"ids\":[{}]", units);
  });
}

std::string statsText(const std::vector<RouteRecord> &records) {
  return listText(records, [](const RouteRecord &record) {
    spex_measures found =
        spex_measure(record.count.data(), record.count.size());
    return fmt::format(
        "\"count\":[{}],\"dropped\":{},\"dropped_of\":[{}],"
        "\"entropy\":{:.6f},\"variation\":{:.6f},\"collapse_average\":{:.6f},"
        "\"collapse_worst\":{:.6f}",
        fmt::join(record.count, ","), record.dropped,
        fmt::join(record.droppedOf, ","), found.entropy, found.variation,
        found.collapse_average, found.collapse_worst);
  });
}

std::string statsChart(const std::vector<RouteRecord> &records) {
  constexpr int64_t width = 40;
  std::string text;
  for (const RouteRecord &record : joined(records)) {
    int64_t total = 0, most = 1;
    for (int64_t count : record.count) {
      total += count;
      most = std::max(most, count);
    }
    spex_measures found =
        spex_measure(record.count.data(), record.count.size());
    text += fmt::format("{}, layer {}: {} choices, {} dropped, entropy {:.3f}, "
                        "variation {:.3f}, collapse {:.3f}, worst {:.3f}\n",
                        record.path, record.layer, total, record.dropped,
                        found.entropy, found.variation, found.collapse_average,
                        found.collapse_worst);
    for (size_t e = 0; e < record.count.size(); ++e) {
      int64_t count = record.count[e];
      std::string bar((count * width + most / 2) / most, '#');
      text +=
          fmt::format("  expert {:4} |{:<{}}| {:8} {:5.1f} %", e, bar, width,
                      count, total == 0 ? 0.0 : 100.0 * count / total);
      if (record.droppedOf[e] != 0)
        text += fmt::format(" {:8} dropped", record.droppedOf[e]);
      text += "\n";
    }
  }
  return text;
}

/// One unit's choices, appended to `record`.
static bool readUnit(const llvm::json::Value &value, RouteRecord &record) {
  const llvm::json::Array *unit = value.getAsArray();
  if (!unit || unit->empty())
    return false;
  if (record.choices == 0)
    record.choices = unit->size();
  if (static_cast<int64_t>(unit->size()) != record.choices)
    return false;
  for (const llvm::json::Value &id : *unit) {
    std::optional<int64_t> number = id.getAsInteger();
    if (!number || *number < -1 || *number > INT32_MAX)
      return false;
    record.ids.push_back(static_cast<int32_t>(*number));
  }
  return true;
}

std::string parseRoutes(const std::string &text, const std::string &name,
                        std::vector<RouteRecord> &records) {
  std::string malformed = "`" + name + "` is not a file that --routes wrote";
  llvm::Expected<llvm::json::Value> file = llvm::json::parse(text);
  if (!file)
    return malformed + ": " + llvm::toString(file.takeError());
  const llvm::json::Object *root = file->getAsObject();
  const llvm::json::Array *routes = root ? root->getArray("routes") : nullptr;
  if (!routes)
    return malformed + ": it has no list `routes`";
  for (const llvm::json::Value &value : *routes) {
    const llvm::json::Object *route = value.getAsObject();
    const llvm::json::Array *ids = route ? route->getArray("ids") : nullptr;
    std::optional<llvm::StringRef> path;
    std::optional<int64_t> layer;
    if (route) {
      path = route->getString("path");
      layer = route->getInteger("layer");
    }
    if (!ids || !path || !layer)
      return malformed + ": a route needs `path`, `layer` and `ids`";
    RouteRecord record;
    record.path = path->str();
    record.layer = *layer;
    for (const llvm::json::Value &unit : *ids)
      if (!readUnit(unit, record))
        return malformed + ": the choices of `" + record.path +
               "` are not lists of expert numbers of one length";
    records.push_back(std::move(record));
  }
  return "";
}

std::string readRoutes(const std::string &path,
                       std::vector<RouteRecord> &records) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return "cannot read `" + path + "`: " + buffer.getError().message();
  return parseRoutes((*buffer)->getBuffer().str(), path, records);
}

} // namespace spex::interpreter
