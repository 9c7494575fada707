//===- RouteFixture.h - A model with one route ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The routing results that were worked out independently for one closed-form
// matrix of scores: h[t, e] = 2 sin(1.7 t + 2.3 e + 0.5), 8 units, 4 experts.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_INTERPRETER_ROUTEFIXTURE_H
#define TEST_UNIT_INTERPRETER_ROUTEFIXTURE_H

#include "test/Unit/Interpreter/ReferenceModel.h"

#include <cmath>

namespace spex::interpreter {

constexpr int units = 8, experts = 4, width = 2;

/// A model of scores h: [T, E] and units u: [T, D] with one route whose expert
/// multiplies its unit by its own number w[E]: 1, 2, 3, 4.
struct RouteFixture : testing::Test {
  ReferenceModel b;
  Dimension *t = b.dim("T", units), *e = b.dim("E", experts),
            *d = b.dim("D", width);
  int h = ProgramBuilder::addInput(*b.model, "h", typeOf({t, e}));
  int u = ProgramBuilder::addInput(*b.model, "u", typeOf({t, d}));
  Instance *expert = b.component("Scale");
  Route *route = nullptr;
  std::vector<ExprPtr> results;

  RouteFixture() {
    Parameter w;
    w.name = "w";
    w.type = typeOf({});
    expert->parameters.push_back(std::move(w));
    ProgramBuilder::addInput(*expert, "x", typeOf({d}));
    ExprPtr weight = makeExpr(Expr::Kind::Parameter, typeOf({}));
    weight->slot = 0;
    ProgramBuilder::giveBack(*expert, binary(BinaryOp::Mul, local(*expert, 0),
                                             std::move(weight), typeOf({d})));
    Tensor numbers = Tensor::make(ElementType::F32, {e}, {experts});
    *numbers.storage = {1, 2, 3, 4};
    b.parameters["y.w"] = numbers;

    std::vector<double> scores, tokens;
    for (int i = 0; i < units; ++i) {
      for (int j = 0; j < experts; ++j)
        scores.push_back(
            static_cast<float>(2 * std::sin(1.7 * i + 2.3 * j + 0.5)));
      tokens.insert(tokens.end(), {double(i), 100.0 + i});
    }
    b.set("h", scores);
    b.set("u", tokens);

    Statement statement{};
    statement.kind = Statement::Kind::Route;
    statement.route = std::make_unique<Route>();
    route = statement.route.get();
    route->name = "y";
    route->experts = e;
    ExpertKind kind;
    kind.count = experts;
    kind.callee.instance = expert;
    kind.callee.label = "y";
    route->kinds.push_back(std::move(kind));
    route->args.push_back(local(*b.model, u));
    route->units = {t};
    route->group = {t};
    route->resultTypes = {typeOf({t, d})};
    route->weight = number(1);
    b.model->body.push_back(std::move(statement));
  }

  ExprPtr scores() { return local(*b.model, h); }
  ExprPtr probabilities() {
    return builtin(Builtin::Softmax, typeOf({t, e}), {e}, scores());
  }
  void selectTop(int64_t k) {
    route->select.kind = Selection::Kind::Top;
    route->select.count = k;
    route->select.by = probabilities();
  }
  ExprPtr chosen(Builtin function, RouteWord among, ExprPtr value, Type type) {
    ExprPtr expr = makeExpr(Expr::Kind::Chosen, std::move(type));
    expr->builtin = function;
    expr->word = among;
    expr->args.push_back(std::move(value));
    return expr;
  }
  void limit(double capacity, Overflow overflow = Overflow::Drop) {
    route->capacity = number(capacity, ElementType::Int);
    route->overflow = overflow;
  }

  RunResult run() {
    std::vector<ExprPtr> all;
    all.push_back(routeResult(*route, typeOf({t, d})));
    for (ExprPtr &expr : results)
      all.push_back(std::move(expr));
    ProgramBuilder::giveBackAll(*b.model, std::move(all));
    RunResult result = b.run();
    EXPECT_EQ(result.error, "");
    return result;
  }

  /// Units whose choice of this rank did not run.
  std::vector<int> droppedUnits(const RunResult &result, int rank,
                                const std::vector<double> &kept) {
    std::vector<int> dropped;
    const RouteRecord &record = result.routes.front();
    for (int i = 0; i < units; ++i)
      if (kept[i * experts + record.ids[i * record.choices + rank]] == 0)
        dropped.push_back(i);
    return dropped;
  }
  ExprPtr kept() {
    return routeField(*route, RouteField::Kept,
                      typeOf({t, e}, ElementType::Bool));
  }
};

} // namespace spex::interpreter

#endif // TEST_UNIT_INTERPRETER_ROUTEFIXTURE_H
