//===- Expr.h - Expressions of the syntax tree ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What language.md, section 3, calls `expr`, `type`, `callee` and `args`, as
// written. Nothing is looked up here. Chains of operators are flat, so no walk
// over a tree goes deeper than a small multiple of the nesting limit.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_EXPR_H
#define COMPILER_FRONTEND_EXPR_H

#include "compiler/Diagnostics/SourceFile.h" // SourceLocation

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spex::ast {

/// A word of the source: a name, a label, a key.
struct Identifier {
  std::string text;
  SourceLocation location;

  bool empty() const { return text.empty(); }
  /// Dimensions, components and policies.
  bool isCapital() const {
    return !text.empty() && text[0] >= 'A' && text[0] <= 'Z';
  }
};

/// The element types that can be written; None is the compute type.
enum class ElementWord { None, F64, F32, BF16, F16, Int, Bool, Index };
/// "f32" and so on; empty for None.
const char *spelling(ElementWord element);

/// `[B, S]`, `f32[E]`, `index<V>[S]`.
struct Type {
  SourceLocation location;
  ElementWord element = ElementWord::None;
  Identifier target; ///< V of index<V>, else empty
  std::vector<Identifier> dims;
};

/// A component with what it is given: `Mlp<I, W>`, `gates.Router`. Where a
/// part may stand as well (`stack`, `each`), `name` may be small.
struct Callee {
  SourceLocation location;
  Identifier module; ///< of `import ... as module`, else empty
  Identifier name;
  std::vector<Identifier> generics; ///< empty if there is no `<...>`
};

struct Expr;
struct Block;
using ExprPtr = std::unique_ptr<Expr>;

/// `x` or `eps: x`.
struct Argument {
  Identifier name; ///< empty for a positional one
  ExprPtr value;
};
using Arguments = std::vector<Argument>;

/// Base of all expressions. `parentheses` counts the pairs written around it;
/// they have no other meaning.
struct Expr {
  enum class Kind {
    Number,
    String,
    Boolean,
    None,
    Name,
    Dimension,
    Callee,
    Call,
    Field,
    Rename,
    Pick,
    Lookup,
    Unary,
    Chain,
    Tuple,
    List,
    Record,
    Match,
    Phase,
    Repeat,
    Scan,
    Invalid, ///< only in trees that come with errors
  };

  const Kind kind;
  uint16_t parentheses = 0;
  /// Brackets, unary and postfix operators on the longest way down.
  uint16_t height = 0;
  SourceLocation location;

  virtual ~Expr() = default;

protected:
  Expr(Kind kind, SourceLocation location) : kind(kind), location(location) {}
};

/// Gives each node its `kind`, for llvm::isa, cast and dyn_cast.
template <Expr::Kind K> struct ExprOf : Expr {
  static constexpr Kind nodeKind = K;
  static bool classof(const Expr *expr) { return expr->kind == K; }

protected:
  explicit ExprOf(SourceLocation location) : Expr(K, location) {}
};

/// `1_000`, `1e-6`. A number is exact until it meets a tensor: `text` holds
/// its digits without underscores, `value` the nearest double.
struct NumberExpr : ExprOf<Expr::Kind::Number> {
  std::string text;
  std::string spelling; ///< as written, with underscores
  double value = 0;
  explicit NumberExpr(SourceLocation location) : ExprOf(location) {}
};

/// `"file.npy"`, without the quotes.
struct StringExpr : ExprOf<Expr::Kind::String> {
  std::string text;
  explicit StringExpr(SourceLocation location) : ExprOf(location) {}
};

/// `true`, `false`.
struct BooleanExpr : ExprOf<Expr::Kind::Boolean> {
  bool value = false;
  explicit BooleanExpr(SourceLocation location) : ExprOf(location) {}
};

/// `none`.
struct NoneExpr : ExprOf<Expr::Kind::None> {
  explicit NoneExpr(SourceLocation location) : ExprOf(location) {}
};

/// A small name that is not called: a value, a parameter, a constant, a word
/// given to a named argument, or `tokens rank selected kept each` in a route.
struct NameExpr : ExprOf<Expr::Kind::Name> {
  std::string name;
  explicit NameExpr(SourceLocation location) : ExprOf(location) {}
};

/// A capital name by itself: a dimension, for its size.
struct DimensionExpr : ExprOf<Expr::Kind::Dimension> {
  std::string name;
  explicit DimensionExpr(SourceLocation location) : ExprOf(location) {}
};

/// A component that is named but not called: `Mlp<I>`, `gates.Router`.
struct CalleeExpr : ExprOf<Expr::Kind::Callee> {
  Callee callee;
  explicit CalleeExpr(SourceLocation location) : ExprOf(location) {}
};

/// `f(x)`, `Norm<D>(x)`, `sum[B, S](x)`, `split[D -> H, A](x)`. A built-in, a
/// part or a cast has a small `callee.name`; a component a capital one.
struct CallExpr : ExprOf<Expr::Kind::Call> {
  Callee callee;
  bool hasBrackets = false;     ///< `f[...](...)`, also for `f[](...)`
  bool hasArrow = false;        ///< `->` inside the brackets
  std::vector<Identifier> dims; ///< words before `->`: dims, `selected`, `kept`
  std::vector<Identifier> toDims; ///< dims after `->`
  Arguments args;
  explicit CallExpr(SourceLocation location) : ExprOf(location) {}
};

/// `y.load`.
struct FieldExpr : ExprOf<Expr::Kind::Field> {
  ExprPtr value;
  Identifier field;
  explicit FieldExpr(SourceLocation location) : ExprOf(location) {}
};

/// `x[S as Z]`.
struct RenameExpr : ExprOf<Expr::Kind::Rename> {
  ExprPtr value;
  Identifier from, to;
  explicit RenameExpr(SourceLocation location) : ExprOf(location) {}
};

/// `x[G = i]`, `x[T = 0]`: `entry` is a label, or the digits of a number.
struct PickExpr : ExprOf<Expr::Kind::Pick> {
  ExprPtr value;
  Identifier dim, entry;
  explicit PickExpr(SourceLocation location) : ExprOf(location) {}

  bool isNumber() const {
    return !entry.empty() && entry.text[0] >= '0' && entry.text[0] <= '9';
  }
};

/// `embed[ids]`.
struct LookupExpr : ExprOf<Expr::Kind::Lookup> {
  ExprPtr table, index;
  explicit LookupExpr(SourceLocation location) : ExprOf(location) {}
};

enum class UnaryOperator { Negate, Not };

/// `-x`, `not x`. The location is that of the operator.
struct UnaryExpr : ExprOf<Expr::Kind::Unary> {
  UnaryOperator op = UnaryOperator::Negate;
  ExprPtr operand;
  explicit UnaryExpr(SourceLocation location) : ExprOf(location) {}
};

enum class BinaryOperator {
  Or,
  And,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Equal,
  NotEqual,
  Add,
  Subtract,
  Multiply,
  Divide,
  Contract,
};
/// "or", "<=", "@" and so on.
const char *spelling(BinaryOperator op);
/// 0 for `or` up to 5 for `@`: larger binds tighter.
int precedence(BinaryOperator op);

/// `a + b - c`: operands[0] operators[0] operands[1] ..., all of one
/// precedence, and read from the left: ((a + b) - c). Comparisons have two
/// operands. Has at least two and at most 4,096.
struct ChainExpr : ExprOf<Expr::Kind::Chain> {
  std::vector<ExprPtr> operands;
  std::vector<std::pair<BinaryOperator, SourceLocation>> operators;
  explicit ChainExpr(SourceLocation location) : ExprOf(location) {}
};

/// `(a, b)`, as in the lists of a sweep.
struct TupleExpr : ExprOf<Expr::Kind::Tuple> {
  std::vector<ExprPtr> values;
  explicit TupleExpr(SourceLocation location) : ExprOf(location) {}
};

/// `[a, b]`.
struct ListExpr : ExprOf<Expr::Kind::List> {
  std::vector<ExprPtr> values;
  explicit ListExpr(SourceLocation location) : ExprOf(location) {}
};

/// `(y: a, s: b)`; every field has a name.
struct RecordExpr : ExprOf<Expr::Kind::Record> {
  Arguments fields;
  explicit RecordExpr(SourceLocation location) : ExprOf(location) {}
};

/// `match kind { a: x, b: y }`.
struct MatchExpr : ExprOf<Expr::Kind::Match> {
  Identifier variant;
  Arguments arms; ///< named by the choice
  explicit MatchExpr(SourceLocation location) : ExprOf(location) {}
};

/// `phase(train: a, infer: b)`, with the arguments as written.
struct PhaseExpr : ExprOf<Expr::Kind::Phase> {
  Arguments args;
  explicit PhaseExpr(SourceLocation location) : ExprOf(location) {}
};

/// `stack L of Block(x)`, `each E of Net(x)`.
struct RepeatExpr : ExprOf<Expr::Kind::Repeat> {
  bool isStack = true;
  Identifier dim;
  Callee callee; ///< a component, or a part with a small name
  Arguments args;
  explicit RepeatExpr(SourceLocation location) : ExprOf(location) {}
};

/// `h: [N] = 0` of a scan.
struct Carry {
  Identifier name;
  Type type;
  ExprPtr init;
};

/// `scan T over (x) carry (h: [N] = 0) { ... }`.
struct ScanExpr : ExprOf<Expr::Kind::Scan> {
  Identifier dim;
  std::vector<Identifier> over;
  std::vector<Carry> carries;
  std::unique_ptr<Block> body; ///< see Stmt.h
  explicit ScanExpr(SourceLocation location);
  ~ScanExpr() override;
};

/// Stands where an expression was wanted and an error was reported.
struct InvalidExpr : ExprOf<Expr::Kind::Invalid> {
  explicit InvalidExpr(SourceLocation location) : ExprOf(location) {}
};

/// The node as what its kind says, without LLVM's headers: `as<CallExpr>(e)`.
template <typename Node> const Node &as(const Expr &expr) {
  assert(Node::classof(&expr) && "expression of another kind");
  return static_cast<const Node &>(expr);
}

} // namespace spex::ast

#endif // COMPILER_FRONTEND_EXPR_H
