//===- Cost.cpp - What a program costs ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes in, rows out: the walk counts each component alone, and here each row
// is given what lies below it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/Cost.h"
#include "compiler/Report/CostWalk.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

namespace spex {

static bool settleSizes(const EntryPoint &entry,
                        const std::map<std::string, int64_t> &at, Cost &cost,
                        std::string &error) {
  for (const Dimension *dim : entry.dims) {
    auto given = at.find(dim->name);
    int64_t size = given == at.end() ? dim->size : given->second;
    if (size < 1 || size > dim->size) {
      error = "`" + dim->name + "` is " + std::to_string(size) +
              ", expected 1 to " + std::to_string(dim->size) + ": use `--dim " +
              dim->name + "=" + std::to_string(size) + "` to allow more";
      return false;
    }
    cost.sizes.push_back({dim->name, size});
  }
  for (const auto &[name, size] : at)
    if (std::none_of(entry.dims.begin(), entry.dims.end(),
                     [&, &wanted = name](const Dimension *dim) {
                       return dim->name == wanted;
                     })) {
      error = "`" + name + "` is not a run-time size of `" + entry.name +
              "`: `--dim " + name + "=" + std::to_string(size) +
              "` sets a static one";
      return false;
    }
  return true;
}

/// Every row takes what is below it: those whose path goes on behind its own.
static void addUp(CostWalk::Rows &rows) {
  std::vector<std::string> paths;
  for (const auto &[path, row] : rows)
    paths.push_back(path);
  // Kinds of experts stand below their route, which has no call of its own.
  for (const std::string &path : paths)
    for (size_t dot = path.rfind('.'); dot != std::string::npos && dot > 0;
         dot = path.rfind('.', dot - 1)) {
      ComponentCost &above = rows[path.substr(0, dot)];
      above.path = path.substr(0, dot);
    }
  // Deepest first; the order of others does not matter to sums.
  std::vector<ComponentCost *> deepest;
  for (auto &[path, row] : rows)
    deepest.push_back(&row);
  auto depth = [](const ComponentCost *row) {
    return row->path.empty()
               ? -1
               : std::count(row->path.begin(), row->path.end(), '.');
  };
  std::sort(deepest.begin(), deepest.end(),
            [&](const ComponentCost *a, const ComponentCost *b) {
              return depth(a) > depth(b);
            });
  for (const ComponentCost *row : deepest) {
    if (row->path.empty())
      continue;
    size_t dot = row->path.rfind('.');
    ComponentCost &above =
        rows[dot == std::string::npos ? "" : row->path.substr(0, dot)];
    above.parameters += row->parameters;
    above.active += row->active;
    above.flops += row->flops;
    above.bytes += row->bytes;
  }
}

std::optional<Cost> countCost(const EntryPoint &entry,
                              const std::map<std::string, int64_t> &at,
                              std::string &error) {
  Cost cost;
  cost.name = entry.name;
  if (!settleSizes(entry, at, cost, error))
    return std::nullopt;
  auto ofBase = [&](const Dimension *dim) -> int64_t {
    for (size_t i = 0; i < entry.dims.size(); ++i)
      if (entry.dims[i] == dim)
        return cost.sizes[i].second;
    return 1; // Rows: one at a time
  };
  CostWalk walk([&](const Dimension *dim) {
    return dim->isBounded ? dim->formula.evaluate(ofBase) : dim->size;
  });
  CostWalk::Rows rows;
  if (!walk.run(entry, rows, error))
    return std::nullopt;
  addUp(rows);
  for (auto &[path, row] : rows)
    cost.components.push_back(std::move(row));
  return cost;
}

//===-- Output ------------------------------------------------------------===//

/// 46702792704 as `46_702_792_704`, the way the language writes it.
static std::string grouped(Count count) {
  std::string digits = count.str();
  for (size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, "_");
  return digits;
}

static std::string shownName(const Cost &cost, const ComponentCost &row) {
  if (row.path.empty())
    return cost.name;
  size_t depth = size_t(std::count(row.path.begin(), row.path.end(), '.')) + 1;
  return std::string(2 * depth, ' ') + row.path.substr(row.path.rfind('.') + 1);
}

std::string costTable(const Cost &cost) {
  std::vector<std::vector<std::string>> cells = {
      {"", "parameters", "active", "FLOPs", "bytes"}};
  for (const ComponentCost &row : cost.components)
    cells.push_back({shownName(cost, row), grouped(row.parameters),
                     grouped(row.active), grouped(row.flops),
                     grouped(row.bytes)});
  std::vector<unsigned> widths(5);
  for (const auto &line : cells)
    for (size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max<unsigned>(widths[i], line[i].size());
  std::string text;
  llvm::raw_string_ostream os(text);
  os << cost.name;
  for (size_t i = 0; i < cost.sizes.size(); ++i)
    os << (i ? ", " : " at ") << cost.sizes[i].first << " = "
       << cost.sizes[i].second;
  os << "\n\n";
  for (const auto &line : cells) {
    os << llvm::left_justify(line[0], widths[0]);
    for (size_t i = 1; i < line.size(); ++i)
      os << "  " << llvm::right_justify(line[i], widths[i]);
    os << "\n";
  }
  if (!cost.memory) {
    os << "\nmemory: not known, " << cost.whyNoMemory << "\n";
    return text;
  }
  os << "\n";
  for (auto [name, bytes] : {std::pair("scratch", cost.memory->scratch),
                             {"scratch of each thread", cost.memory->worker},
                             {"state", cost.memory->state},
                             {"weights, packed", cost.memory->packed}})
    os << llvm::left_justify(name, 24)
       << llvm::right_justify(grouped(Count(bytes)), 20) << " bytes\n";
  return text;
}

/// A number that fits, else the nearest double: JSON has no others.
static llvm::json::Value number(Count count) {
  std::string digits = count.str();
  int64_t exact = 0;
  if (!llvm::StringRef(digits).getAsInteger(10, exact))
    return exact;
  return count.toDouble();
}

std::string costJson(const Cost &cost) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("name", cost.name);
    json.attributeObject("sizes", [&] {
      for (const auto &[name, size] : cost.sizes)
        json.attribute(name, size);
    });
    json.attributeArray("components", [&] {
      for (const ComponentCost &row : cost.components)
        json.object([&] {
          json.attribute("path", row.path);
          json.attribute("component", row.component);
          json.attribute("parameters", number(row.parameters));
          json.attribute("active", number(row.active));
          json.attribute("flops", number(row.flops));
          json.attribute("bytes", number(row.bytes));
        });
    });
    if (cost.memory)
      json.attributeObject("memory", [&] {
        json.attribute("scratch_bytes", cost.memory->scratch);
        json.attribute("worker_bytes", cost.memory->worker);
        json.attribute("state_bytes", cost.memory->state);
        json.attribute("packed_bytes", cost.memory->packed);
      });
    else
      json.attribute("memory", nullptr);
  });
  return text + "\n";
}

} // namespace spex
