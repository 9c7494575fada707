//===- SpexDialect.cpp - Check the attributes of the program --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One table says which `spex.*` attributes exist, where they stand and what
// they hold. Sizes named in `spex.dims` are looked up among the arguments of
// the same function.
//
//===----------------------------------------------------------------------===//

#include "dialects/Spex/IR/SpexDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace spex;

#include "dialects/Spex/IR/SpexDialectDialect.cpp.inc"

void SpexDialect::initialize() {}

namespace {
/// Where an attribute may stand.
enum Holder : unsigned {
  OnModule = 1,
  OnFunction = 2,
  OnOp = 4,
  OnArgument = 8
};

struct KnownAttribute {
  StringLiteral name;
  unsigned holders;
  StringLiteral what; ///< what it must be, as a diagnostic says it
  bool (*isValid)(Attribute);
};
} // namespace

static bool isUnit(Attribute attr) { return isa<UnitAttr>(attr); }
static bool isInteger(Attribute attr) { return isa<IntegerAttr>(attr); }
static bool isNumber(Attribute attr) {
  auto number = dyn_cast<FloatAttr>(attr);
  return number && number.getType().isF64() && number.getValue().isFinite();
}
static bool isDictionary(Attribute attr) { return isa<DictionaryAttr>(attr); }

static bool isName(Attribute attr) {
  auto name = dyn_cast<StringAttr>(attr);
  return name && !name.getValue().empty();
}

static bool isListOf(Attribute attr, bool (*isValid)(Attribute)) {
  auto array = dyn_cast<ArrayAttr>(attr);
  return array && llvm::all_of(array, isValid);
}
static bool isNames(Attribute attr) { return isListOf(attr, isName); }
static bool isRoutes(Attribute attr) { return isListOf(attr, isDictionary); }

/// A sentence, and a formula whose operands stand before each operation.
static bool isCheck(Attribute attr) {
  auto check = dyn_cast<DictionaryAttr>(attr);
  return check && check.getAs<StringAttr>("text") &&
         check.getAs<ArrayAttr>("terms") &&
         llvm::all_of(check.getAs<ArrayAttr>("terms"), [](Attribute term) {
           return isName(term) || isInteger(term);
         });
}
static bool isChecks(Attribute attr) { return isListOf(attr, isCheck); }

static bool isNameOrSize(Attribute attr) {
  auto size = dyn_cast<IntegerAttr>(attr);
  return isName(attr) || (size && size.getInt() >= 1);
}
static bool isSizes(Attribute attr) { return isListOf(attr, isNameOrSize); }

static bool isPositive(Attribute attr) {
  auto integer = dyn_cast<IntegerAttr>(attr);
  return integer && integer.getInt() >= 1;
}

static bool isTarget(Attribute attr) {
  return isPositive(attr) || isDictionary(attr);
}

static bool isPlace(Attribute attr) {
  auto place = dyn_cast<StringAttr>(attr);
  return place && llvm::is_contained(
                      {"in", "out", "state", "packed", "context", "scratch"},
                      place.getValue());
}

static const KnownAttribute knownAttributes[] = {
    {"spex.checks", OnModule, "a list of dictionaries of text and terms",
     isChecks},
    {"spex.default", OnArgument, "a finite f64", isNumber},
    {"spex.dim", OnArgument, "the name of a dimension", isName},
    {"spex.dims", OnArgument, "a list of names and positive sizes", isSizes},
    {"spex.entry", OnFunction, "a unit", isUnit},
    {"spex.loops", OnOp, "a list of names", isNames},
    {"spex.max", OnArgument, "an integer", isInteger},
    {"spex.name", OnModule | OnArgument, "a name", isName},
    {"spex.pack", OnArgument, "a dictionary", isDictionary},
    {"spex.parameter", OnArgument, "the path of a parameter", isName},
    {"spex.phase", OnModule, "the name of a phase", isName},
    {"spex.place", OnArgument,
     "\"in\", \"out\", \"state\", \"packed\", \"context\" or \"scratch\"",
     isPlace},
    {"spex.routes", OnModule, "a list of dictionaries", isRoutes},
    {"spex.skip", OnModule, "a list of names", isNames},
    {"spex.target", OnModule | OnArgument,
     "a dictionary on a module, a positive integer on an argument", isTarget},
};

static LogicalResult verifyKnown(Operation *op, unsigned holder,
                                 NamedAttribute attr) {
  const auto *known = llvm::find_if(knownAttributes, [&](const auto &entry) {
    return entry.name == attr.getName().getValue();
  });
  if (known == std::end(knownAttributes))
    return op->emitError() << "unknown attribute " << attr.getName();
  if (!(known->holders & holder))
    return op->emitError() << attr.getName() << " does not belong here";
  if (!known->isValid(attr.getValue()))
    return op->emitError() << attr.getName() << " must be " << known->what
                           << ", got " << attr.getValue();
  return success();
}

LogicalResult SpexDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attr) {
  unsigned holder = OnOp;
  if (isa<ModuleOp>(op))
    holder |= OnModule;
  if (isa<FunctionOpInterface>(op))
    holder |= OnFunction;
  if (failed(verifyKnown(op, holder, attr)))
    return failure();
  if (attr.getName() != "spex.loops")
    return success();
  // Ops that say nothing of their loops are believed.
  auto loops = op->getAttrOfType<ArrayAttr>("iterator_types");
  auto names = cast<ArrayAttr>(attr.getValue());
  if (loops && loops.size() != names.size())
    return op->emitError() << "has " << loops.size() << " loops but "
                           << names.size() << " names in 'spex.loops'";
  return success();
}

/// Whether an argument of `function` is the size called `name`.
static bool hasSize(FunctionOpInterface function, StringAttr name) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, "spex.dim") == name)
      return true;
  return false;
}

/// `spex.dims` names every dimension of the argument: dynamic ones by an
/// argument of the function, so that a size is a value everywhere.
static LogicalResult verifyDims(FunctionOpInterface function, unsigned index,
                                ArrayAttr dims) {
  auto type = dyn_cast<ShapedType>(function.getArgumentTypes()[index]);
  if (!type || !type.hasRank() ||
      type.getRank() != static_cast<int64_t>(dims.size()))
    return function->emitError()
           << "argument " << index << " has 'spex.dims' " << dims
           << ", which do not fit " << function.getArgumentTypes()[index];
  for (auto [dim, size] : llvm::zip(dims, type.getShape())) {
    auto name = dyn_cast<StringAttr>(dim);
    if (name && !hasSize(function, name))
      return function->emitError() << "argument " << index << " has size "
                                   << name << ", which no argument gives";
    if (name ? !ShapedType::isDynamic(size)
             : cast<IntegerAttr>(dim).getInt() != size)
      return function->emitError()
             << "argument " << index << " has 'spex.dims' " << dims
             << ", which do not fit " << Type(type);
  }
  return success();
}

LogicalResult SpexDialect::verifyRegionArgAttribute(Operation *op,
                                                    unsigned regionIndex,
                                                    unsigned argIndex,
                                                    NamedAttribute attr) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return op->emitError() << attr.getName() << " belongs to functions";
  if (failed(verifyKnown(op, OnArgument, attr)))
    return failure();
  StringRef name = attr.getName().getValue();
  if (name == "spex.dim" && !function.getArgumentTypes()[argIndex].isIndex())
    return op->emitError() << "argument " << argIndex
                           << " is a size, so an index, but has type "
                           << function.getArgumentTypes()[argIndex];
  if (name == "spex.dims")
    return verifyDims(function, argIndex, cast<ArrayAttr>(attr.getValue()));
  return success();
}
