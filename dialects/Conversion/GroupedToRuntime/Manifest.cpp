//===- Manifest.cpp - What a program tells the runtime --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything comes from the IR: attributes of the module and of the entry's
// arguments, and the parameters.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/Manifest.h"

#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::grouped {
namespace json = llvm::json;

/// SPEX_ABI of runtime/include/spex/program.h.
static constexpr int64_t abiVersion = 1;

static std::string text(StringRef string) { return json::fixUTF8(string); }

/// The manifest's word for an element type, or an empty string.
static StringRef typeWord(Type type, bool isIndex) {
  if (type.isF64())
    return "f64";
  if (type.isF32())
    return "f32";
  if (type.isBF16())
    return "bf16";
  if (type.isF16())
    return "f16";
  if (type.isInteger(32))
    return isIndex ? "index" : "int";
  if (type.isInteger(1) || type.isInteger(8))
    return "bool";
  return "";
}

/// Names of sizes and static sizes, as they stand in `spex.dims`.
static json::Array dimsOf(ArrayAttr dims) {
  json::Array result;
  for (Attribute dim : dims) {
    if (auto name = dyn_cast<StringAttr>(dim))
      result.push_back(text(name));
    else
      result.push_back(cast<IntegerAttr>(dim).getInt());
  }
  return result;
}

/// Inputs or outputs, in order.
static LogicalResult addBuffers(func::FuncOp entry, StringRef place,
                                json::Array &list) {
  for (BlockArgument argument : entry.getArguments()) {
    unsigned number = argument.getArgNumber();
    if (placeOf(entry, number) != place)
      continue;
    auto name = entry.getArgAttrOfType<StringAttr>(number, "spex.name");
    auto dims = entry.getArgAttrOfType<ArrayAttr>(number, "spex.dims");
    auto type = dyn_cast<ShapedType>(argument.getType());
    Attribute target = entry.getArgAttr(number, "spex.target");
    StringRef word =
        type ? typeWord(type.getElementType(), bool(target)) : StringRef();
    if (!name || !dims || word.empty())
      return entry.emitOpError("argument ")
             << number << " has no name, sizes or type of the manifest";
    json::Object buffer{
        {"name", text(name)}, {"type", word}, {"dims", dimsOf(dims)}};
    if (word == "index") {
      auto bound = dyn_cast<IntegerAttr>(target);
      if (!bound)
        return entry.emitOpError("argument ")
               << number << " is an index without a bound";
      buffer["bound"] = bound.getInt();
    }
    if (auto value = entry.getArgAttrOfType<FloatAttr>(number, "spex.default"))
      buffer["default"] = value.getValueAsDouble();
    list.push_back(std::move(buffer));
  }
  return success();
}

/// Strings, integers and lists of them.
static json::Value valueOf(Attribute attr) {
  if (auto string = dyn_cast<StringAttr>(attr))
    return text(string);
  if (auto list = dyn_cast<ArrayAttr>(attr)) {
    json::Array values;
    for (Attribute each : list)
      values.push_back(valueOf(each));
    return values;
  }
  return cast<IntegerAttr>(attr).getInt();
}

/// The lines of a `weights` section; the verifier knows their keys.
static json::Array filesOf(ArrayAttr files) {
  json::Array result;
  for (auto file : files.getAsRange<DictionaryAttr>()) {
    json::Object line;
    for (NamedAttribute entry : file)
      line[entry.getName().getValue()] = valueOf(entry.getValue());
    result.push_back(std::move(line));
  }
  return result;
}

static json::Object parameterOf(moe::ParameterOp op) {
  auto type = cast<RankedTensorType>(op.getType());
  json::Object init{{"kind", moe::stringifyInitKind(op.getInit())}};
  if (std::optional<APFloat> value = op.getInitValue())
    init["value"] = value->convertToDouble();
  json::Array shape, dims;
  for (int64_t size : type.getShape())
    shape.push_back(size);
  for (Attribute dim : op.getDims())
    dims.push_back(text(cast<StringAttr>(dim)));
  json::Object parameter{
      {"path", text(op.getSymName())},
      {"type", typeWord(type.getElementType(), /*isIndex=*/false)},
      {"shape", std::move(shape)},
      {"dims", std::move(dims)},
      {"init", std::move(init)},
      {"kind", moe::stringifyParameterKind(op.getKind())}};
  if (std::optional<uint64_t> declared = op.getDeclared())
    parameter["declared"] = static_cast<int64_t>(*declared);
  if (std::optional<ArrayAttr> files = op.getFiles())
    parameter["files"] = filesOf(*files);
  return parameter;
}

/// Sizes that users give, and the one that a model steps along.
static void addDims(func::FuncOp entry, json::Object &manifest) {
  json::Array dims;
  json::Value step = nullptr;
  for (BlockArgument size : sizeArguments(entry)) {
    unsigned number = size.getArgNumber();
    StringRef name = sizeName(entry, number);
    auto [base, part] = name.split('.');
    if (part == "position")
      step = text(base);
    if (!part.empty())
      continue;
    json::Object dim{{"name", text(name)}};
    if (auto max = entry.getArgAttrOfType<IntegerAttr>(number, "spex.max"))
      dim["max"] = max.getInt();
    dims.push_back(std::move(dim));
  }
  manifest["dims"] = std::move(dims);
  manifest["step"] = std::move(step);
}

static json::Array routesOf(ModuleOp module) {
  json::Array routes;
  auto table = module->getAttrOfType<ArrayAttr>("spex.routes");
  for (auto route : table ? table.getAsRange<DictionaryAttr>()
                          : ArrayAttr::get(module.getContext(), {})
                                .getAsRange<DictionaryAttr>()) {
    auto number = [&](StringRef name) {
      return cast<IntegerAttr>(route.get(name)).getInt();
    };
    routes.push_back(
        json::Object{{"path", text(cast<StringAttr>(route.get("path")))},
                     {"experts", number("experts")},
                     {"choices", number("choices")},
                     {"layers", number("layers")}});
  }
  return routes;
}

/// What the sizes of a call must fulfil.
static json::Array checksOf(ModuleOp module) {
  json::Array checks;
  if (auto list = module->getAttrOfType<ArrayAttr>("spex.checks"))
    for (auto check : list.getAsRange<DictionaryAttr>())
      checks.push_back(json::Object{{"text", valueOf(check.get("text"))},
                                    {"terms", valueOf(check.get("terms"))}});
  return checks;
}

/// The CPU features the code was made for: all that are named with a plus.
static json::Array featuresOf(ModuleOp module) {
  json::Array features;
  auto target = module->getAttrOfType<DictionaryAttr>("spex.target");
  auto list = target ? target.getAs<StringAttr>("features") : StringAttr();
  SmallVector<StringRef> names;
  if (list)
    list.getValue().split(names, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef name : names)
    if (name.consume_front("+"))
      features.push_back(text(name));
  return features;
}

FailureOr<std::string> makeManifest(func::FuncOp entry) {
  auto module = entry->getParentOfType<ModuleOp>();
  auto name = module->getAttrOfType<StringAttr>("spex.name");
  json::Object manifest{
      {"name", text(name ? name.getValue() : entry.getName())},
      {"abi", abiVersion},
      {"features", featuresOf(module)},
      {"routes", routesOf(module)}};
  addDims(entry, manifest);
  // Keys are sorted: it stands behind the dimensions that it names.
  if (json::Array checks = checksOf(module); !checks.empty())
    manifest["requires"] = std::move(checks);
  json::Array inputs, outputs, parameters;
  if (failed(addBuffers(entry, "in", inputs)) ||
      failed(addBuffers(entry, "out", outputs)))
    return failure();
  for (auto parameter : module.getOps<moe::ParameterOp>())
    parameters.push_back(parameterOf(parameter));
  int64_t numPacked = 0;
  for (BlockArgument argument : entry.getArguments())
    numPacked += placeOf(entry, argument.getArgNumber()) == "packed";
  manifest["inputs"] = std::move(inputs);
  manifest["outputs"] = std::move(outputs);
  manifest["parameters"] = std::move(parameters);
  manifest["packed"] = numPacked;
  if (auto skip = module->getAttrOfType<ArrayAttr>("spex.skip"))
    manifest["skip"] = valueOf(skip);
  std::string result;
  llvm::raw_string_ostream stream(result);
  stream << json::Value(std::move(manifest));
  return result;
}
} // namespace mlir::grouped
