//===- Program.h - The checked program --------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Sema makes of a file: component instances with resolved dimensions,
// types and calls. The interpreter and IRGen read this and nothing of the AST.
// Variants, constants, `phase` and sizes are already chosen; every name is a
// pointer or an index.
//
// Bodies are typed as their author wrote them, for one token. A call may bring
// more ("extra") dimensions: both readers carry them along, since every
// operation here is defined on sets of names (language.md, section 8, Mapping).
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_PROGRAM_H
#define COMPILER_SEMA_PROGRAM_H

#include "compiler/Diagnostics/SourceFile.h" // SourceLocation
#include "compiler/Sema/SizeFormula.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spex {

enum class ElementType { F64, F32, BF16, F16, Int, Bool, Index };

/// A dimension. Its address is its identity: generics are already replaced by
/// what the caller passed.
struct Dimension {
  std::string name;
  SourceLocation location;
  /// The size of a static dimension, the upper bound of a bounded one.
  int64_t size = 0;
  /// Known only when running: any size from 1 to `size`.
  bool isBounded = false;
  /// The size as a formula of the bounded base dimensions (a constant for a
  /// static dimension, the dimension itself for `dim B <= 64`).
  SizeFormula formula;
  std::vector<std::string> labels;
  /// For Z of `x[S as Z]`: S.
  const Dimension *renamedFrom = nullptr;
};

/// An element type and a set of dimensions, in the order they were written.
struct Type {
  ElementType element = ElementType::F32;
  const Dimension *target = nullptr; ///< of index<target>
  std::vector<const Dimension *> dims;
};

struct Instance;
struct Route;
struct Scan;

/// Arithmetic and comparison; `And Or` on bools.
enum class BinaryOp { Add, Sub, Mul, Div, Lt, Le, Gt, Ge, Eq, Ne, And, Or };
enum class UnaryOp { Neg, Not };

/// Words and reductions that exist only inside a route's clauses.
enum class RouteWord { Selected, Kept, Rank, Tokens };
/// `y.load` and the like, of a finished route.
enum class RouteField { Weight, Selected, Kept, Index, Load, Count, Dropped, Each };

/// Every built-in function of language.md, section 7; see Builtins.def.
enum class Builtin {
#define BUILTIN(name, ...) name,
#include "compiler/Builtins.def"
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// Where a parameter path goes on below a call: the name of a part, component
/// or route, and the dimension that `stack`, `each` or experts put in front.
struct CallTarget {
  const Instance *instance = nullptr;
  std::string label;
};

struct Expr {
  enum class Kind {
    Number,      ///< `number`, already of `type`
    Local,       ///< the value in `slot` of the body
    Parameter,   ///< `slot` of Instance::parameters (param, state, fixed)
    DimSize,     ///< the size of `dims[0]`, an int (bounded ones stay dynamic)
    Unary,       ///< `unary` args[0]
    Binary,      ///< args[0] `binary` args[1]
    Contract,    ///< args[0] @ args[1]; `dims` are the contracted ones
    Call,        ///< `builtin`; see the fields below
    Component,   ///< call of `callee` with args, one for each input
    Stack,       ///< `stack dims[0] of callee(args)`
    Each,        ///< `each dims[0] of callee(args)`
    Scan,        ///< `scan dims[0] over ..`: the loop is in `scan`
    Rename,      ///< args[0][dims[0] as dims[1]]
    PickEntry,   ///< args[0][dims[0] = index]
    Lookup,      ///< table args[0] at index args[1]; `dims[0]` is looked up
    Cast,        ///< args[0] to type.element
    Record,      ///< one of args for each of `fieldNames`
    Field,       ///< field `index` of the record args[0]
    RouteWord,   ///< `word`, inside a clause
    Chosen,      ///< `sum[selected](v)`: builtin Sum Max Mean Min Softmax over
                 ///< the chosen experts; `word` Selected or Kept
    RouteResult, ///< field `index` (0 for a single result) of `route`
    RouteField,  ///< `routeField` of `route`
  };
  Kind kind;
  SourceLocation location;
  Type type; ///< of the value; for records see `fieldTypes`

  /// Nearest double; not yet rounded to `type`, since arithmetic is done in the
  /// accumulate type (language.md, section 11).
  double number = 0;
  int slot = -1;
  /// Nodes on the longest way down; Sema limits it, so recursion is safe.
  unsigned height = 1;
  int index = 0;
  UnaryOp unary{};
  BinaryOp binary{};
  Builtin builtin{};
  RouteWord word{};
  RouteField routeField{};
  CallTarget callee;
  const Route *route = nullptr;
  const Scan *scan = nullptr; ///< owned by the instance

  /// Operands, for a built-in its positional arguments.
  std::vector<ExprPtr> args;
  /// Named arguments of a built-in, by name (`mask`, `eps`, `theta`, `from`).
  std::vector<std::pair<std::string, ExprPtr>> named;
  /// Words given as named arguments (`style: pairs`) and `along: S`.
  std::vector<std::pair<std::string, std::string>> words;
  const Dimension *along = nullptr;
  /// Dimensions before and after `->` in brackets.
  std::vector<const Dimension *> dims, toDims;
  /// Of a random function: the name of the statement it stands in. `index` is
  /// the number of the call in that statement (language.md, section 11).
  std::string statement;

  std::vector<std::string> fieldNames; ///< of a record
  std::vector<Type> fieldTypes;        ///< of a record

  /// What a later release computes here; then E0010 was reported, unless the
  /// value is never needed. Only Sema reads the next two.
  std::string later;
  /// Operands of the training phase, which count for live parameters.
  std::vector<ExprPtr> trainingOnly;

  bool isRecord() const { return !fieldNames.empty(); }
  /// The named argument, or null.
  const Expr *findNamed(const std::string &name) const {
    for (const auto &[key, value] : named)
      if (key == name)
        return value.get();
    return nullptr;
  }
};

/// How the experts of each unit are chosen.
struct Selection {
  enum class Kind { All, AllWhere, Top, Pick, Sample, Balanced, At };
  Kind kind = Kind::Top;
  SourceLocation location;
  int64_t count = 0; ///< k of `top` and `sample`
  ExprPtr by;        ///< the value compared, or the index of `at`
  ExprPtr where;     ///< or null
  ExprPtr capacity;  ///< c of `pick`, a size formula in `tokens`
  /// Of `sample`, as of a random function: its number in the route's statement.
  int drawNumber = 0;
};

enum class Overflow { None, Drop, Pass, Error, Next };
enum class Combine { Sum, Inputs, Merge };

/// One kind of expert of a route: its experts are numbered on from the last's.
struct ExpertKind {
  /// Experts that cost nothing and have no callee.
  enum class Free { None, Identity, Zero };
  int64_t count = 0;
  Free free = Free::None;
  /// Label is the route's name, or `route.kind` where kinds are listed.
  CallTarget callee;
};

struct Route {
  std::string name;
  SourceLocation location;
  const Dimension *experts = nullptr;
  std::vector<ExpertKind> kinds;
  std::vector<ExprPtr> args;                ///< inputs of the experts
  std::vector<const Dimension *> units;     ///< dims of what is routed
  std::vector<const Dimension *> group;     ///< dims of one group, in order
  ExprPtr score, prob;                      ///< or null
  int scoreSlot = -1, probSlot = -1;        ///< locals that hold them
  Selection select;
  ExprPtr keep, capacity, order, weight;    ///< null where not given
  Overflow overflow = Overflow::None;
  int64_t overflowRounds = 1;
  Combine combine = Combine::Sum;
  std::vector<std::string> fieldNames;      ///< of a record result
  std::vector<Type> resultTypes;            ///< one, or one for each field
  /// So many of the last results are not combined: `--tap` of values inside of
  /// the experts, which `RouteField::Each` reads.
  size_t numTapped = 0;
  /// Whether anything reads the results or `each`; if not, the experts need not
  /// run, and their parameters are not stored.
  bool isResultUsed = true;
};

struct Statement {
  enum class Kind { Let, Route, Return };
  Kind kind;
  SourceLocation location;
  int slot = -1;                ///< Let: the local it sets
  ExprPtr value;                ///< Let, Return
  std::unique_ptr<Route> route; ///< Route
};

/// The loop of `scan T over (x) carry (h: .. = ..) { .. }`. Its body runs once
/// for each entry of T, in order; then all carries take their next values.
struct Scan {
  /// `x` inside the loop: entry t of what it is outside.
  struct Slice {
    int slot = -1;
    ExprPtr value; ///< outside, with T
  };
  struct Carry {
    int slot = -1;
    ExprPtr init, next;
  };
  std::vector<Slice> over;
  std::vector<Carry> carries;
  std::vector<Statement> body; ///< Lets and Routes
  /// A tensor or a record, rounded to its type; the results get T in front.
  ExprPtr emitted;
};

/// An initial value (language.md, section 7, Initialisers).
struct Initializer {
  enum class Kind { Zeros, Ones, Constant, Normal, TruncNormal, Uniform, UniformFan, Orthogonal };
  Kind kind = Kind::Zeros;
  double value = 0; ///< constant, std, bound or gain
  std::vector<const Dimension *> fan;
};

struct Parameter {
  enum class Kind { Param, State, Fixed };
  Kind kind = Kind::Param;
  std::string name;
  SourceLocation location;
  Type type;
  /// Its axes as written, for `weights`: a generic keeps its own name there.
  std::vector<std::string> writtenDims;
  /// In memory and in files: the type as declared, else `numerics.store`.
  ElementType stored = ElementType::F32;
  Initializer init;  ///< of a param or state
  ExprPtr value;     ///< of a fixed
};

struct Input {
  std::string name;
  SourceLocation location;
  Type type;
  ExprPtr defaultValue; ///< or null
};

struct Local {
  std::string name;
  SourceLocation location;
  Type type; ///< as in the body; a call may add extra dimensions
  std::vector<std::string> fieldNames; ///< of a record
  std::vector<Type> fieldTypes;        ///< of a record
};

/// A component at one set of sizes. Inputs are the first locals.
struct Instance {
  std::string name;
  SourceLocation location;
  std::vector<const Dimension *> generics;
  std::vector<Input> inputs;
  std::vector<Local> locals;
  std::vector<Parameter> parameters;
  std::vector<Statement> body;
  std::vector<std::unique_ptr<Scan>> scans; ///< of the body, inner ones first
  /// One type, or the fields of a record.
  std::vector<std::string> fieldNames;
  std::vector<Type> resultTypes;
};

/// Where a parameter comes from in a file, by a line of a `weights` section.
/// Dimensions are numbers into outer, then declared dims.
struct FileTensor {
  /// `layers.{2*d0+1}.w`: d0 stands for the index in dimension 0.
  std::string name;
  std::string format; ///< `mxfp4`, `fp8` or empty
  /// Of the file, each of one or more dimensions; -1 is that of the parts.
  std::vector<std::vector<int>> axes;
  int64_t parts = 0, part = 0; ///< 0 parts: none
  int repeat = -1;             ///< the dimension that all share, or -1
};

/// A live parameter of an entry point, by its full path.
/// Those of kind Fixed are among them: computed from `value`, never in files.
struct StoredParameter {
  std::string path;                 ///< `Block.y.w1`
  const Parameter *declaration = nullptr;
  /// In front: dims of `stack`, `each` and experts, from outside in.
  std::vector<const Dimension *> outer;
  /// Which initial value element numbers run over: outer, then declared dims.

  /// In a model with a `weights` section, one for each line; none if fresh.
  std::vector<FileTensor> files;
};

struct Numerics {
  ElementType store = ElementType::F32, compute = ElementType::F32,
              accumulate = ElementType::F32;
};

/// What an export (or the only model) offers.
struct EntryPoint {
  std::string name;                 ///< "char_moe": default of OUT
  const Instance *model = nullptr;
  std::vector<StoredParameter> parameters; ///< sorted by path
  /// Whether a `weights` section says what files hold; if not, names in files
  /// are paths.
  bool hasWeights = false;
  std::vector<std::string> skips; ///< of that section; `*` is any text
  /// Bounded base dimensions of inputs and body, in order of declaration.
  std::vector<const Dimension *> dims;
  /// S of `step(along: S)`, or null. Set only if the model can step; for an
  /// entry that could step but has no export, set too.
  const Dimension *stepAlong = nullptr;
  /// Whether results are drawn: `forward(seed)`.
  bool takesSeed = false;
  /// Why it cannot step, for a person; empty if it can.
  std::string whyNoStep;
};

/// Owns all instances and dimensions.
/// What the sizes of a run must fulfil: that `formula` is 0 or more.
struct SizeCheck {
  SizeFormula formula;
  std::string text; ///< what does not hold else, as a sentence says it
};

struct Program {
  std::vector<std::unique_ptr<Dimension>> dimensions;
  std::vector<std::unique_ptr<Instance>> instances;
  std::vector<EntryPoint> entries;
  std::vector<SizeCheck> checks;
  Numerics numerics;
  /// The units that an expert sees at once. Its size is another in each call.
  const Dimension *rows = nullptr;
};

} // namespace spex

#endif // COMPILER_SEMA_PROGRAM_H
