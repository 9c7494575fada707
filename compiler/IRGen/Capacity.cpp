//===- Capacity.cpp - Which of the chosen pairs find a place --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `capacity` with `overflow = drop`. The op sees groups as rows behind one
// another; where `over` lists the units in another order, the choices are
// brought into that order and back.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"

using namespace mlir;

namespace spex::irgen {

/// The choices that find a place, with the units as they are.
Value Generator::limitInOrder(const Route &route, const RouteValues &values,
                              Value capacity) {
  Location loc = here;
  Tensor ids;
  ids.value = values.ids;
  ids.dims = {values.unit, values.choice};
  ids.element = ElementType::Int;
  Dims order = unite(values.groups, values.group);
  bool isInOrder = order == values.units;
  if (!isInOrder)
    ids = collapseUnits(
        loc, makeLeaf(loc, expandUnits(loc, ids, values.units, values.unit)),
        order, values.unit);
  Value groups = values.groups.empty()
                     ? indexConstant(1)
                     : sizeValue(unitDimension(values.groups));
  ids.value = moe::LimitOp::create(builder, loc, ids.value,
                                   route.experts->size, groups, capacity);
  if (!isInOrder)
    ids = collapseUnits(
        loc, makeLeaf(loc, expandUnits(loc, ids, order, values.unit)),
        values.units, values.unit);
  return ids.value;
}

void Generator::limit(const Route &route, RouteValues &values) {
  values.kept = values.ids;
  if (!route.capacity)
    return;
  here = locate(route.capacity->location);
  const Expr &limit = *route.capacity;
  Value capacity = limit.kind == Expr::Kind::DimSize
                       ? sizeValue(limit.dims[0])
                       : indexConstant(static_cast<int64_t>(limit.number));
  values.kept = limitInOrder(route, values, capacity);
  values.mayBeDropped = true;
  values.kept = moe::ObserveOp::create(
      builder, here, values.kept, pathBelow(route.name), route.experts->size,
      layerNumber(), /*kept=*/true);
}

} // namespace spex::irgen
