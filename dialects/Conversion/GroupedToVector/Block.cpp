//===- Block.cpp - All tiles of a block of rows ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels outside, tiles of rows inside: a panel stays in the caches while all
// rows pass by. The rows are split evenly, so that no tile is much smaller than
// the others, and each size has its kernel.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/MicroKernel.h"

namespace mlir::grouped {
namespace {
/// Builds the body of one block function.
class BlockBuilder {
public:
  BlockBuilder(const MatmulKind &kind, ModuleOp module, StringRef name)
      : kind(kind), module(module), name(name),
        b(module.getContext()), l{b, module.getLoc()} {}

  func::FuncOp build();

private:
  func::FuncOp kernel(TileShape shape);
  KernelArguments at(Value panel, Value row, Value lhsBase);
  void fetchNear(KernelArguments &tile, int64_t bytes);
  void fetchInTurn(KernelArguments &tile, Value t, Value numTiles);
  void call(func::FuncOp kernel, const KernelArguments &arguments);
  void callByRows(Value rows, bool isTail, const KernelArguments &arguments);
  void tiles(Value panel, bool isTail);
  Value fewRows();

  MatmulKind kind;
  ModuleOp module;
  std::string name;
  OpBuilder b;
  IndexBuilder l;
  Value count, numPanels;
  KernelArguments a; // what is the same for all tiles
};
} // namespace

func::FuncOp BlockBuilder::kernel(TileShape shape) {
  std::string full = name + "_m" + std::to_string(shape.rows);
  if (shape.panels > 1)
    full += "_p" + std::to_string(shape.panels);
  if (shape.isTail)
    full += "_tail";
  if (auto existing = module.lookupSymbol<func::FuncOp>(full))
    return existing;
  return buildMicroKernel(kind, shape, module, full);
}

KernelArguments BlockBuilder::at(Value panel, Value row, Value lhsBase) {
  KernelArguments tile = a;
  tile.lhsBase = lhsBase;
  tile.row = row;
  tile.column = l.mul(panel, kind.panelColumns());
  tile.rhsBase = kind.isPacked
                     ? l.mul(l.mul(panel, a.steps), kind.stepElements())
                     : tile.column;
  tile.fetch = tile.fetchStep = l.constant(0);
  return tile;
}

/// Fetches so many bytes ahead of the loads.
void BlockBuilder::fetchNear(KernelArguments &tile, int64_t bytes) {
  int64_t elements = bytes * 8 / kind.right.getIntOrFloatBitWidth();
  tile.fetch = l.add(tile.rhsBase, elements);
  tile.fetchStep = l.constant(kind.stepElements());
}

/// Tile t of several. AVX-512: only the first fetches, 16 KiB ahead. AVX2,
/// with its smaller tiles: together they fetch the next panel, each its share,
/// so that memory never waits for arithmetic.
void BlockBuilder::fetchInTurn(KernelArguments &tile, Value t, Value numTiles) {
  KernelArguments near = tile;
  fetchNear(near, kind.target.is512() ? 16 << 10 : 2 << 10);
  Value later = tile.rhsBase, step = l.constant(0), useNear;
  if (kind.target.is512()) {
    useNear = l.equal(t, l.constant(0));
  } else {
    useNear = l.equal(numTiles, l.constant(1));
    Value size = l.mul(a.steps, kind.stepElements());
    Value share = l.div(l.mul(t, size), numTiles);
    later = l.add(l.add(tile.rhsBase, size), share);
    // Rounded up: a line too many hits a cache.
    step = l.div(l.add(l.sub(numTiles, l.constant(1)), kind.stepElements()),
                 numTiles);
  }
  tile.fetch = arith::SelectOp::create(b, l.loc, useNear, near.fetch, later);
  tile.fetchStep =
      arith::SelectOp::create(b, l.loc, useNear, near.fetchStep, step);
}

void BlockBuilder::call(func::FuncOp kernel, const KernelArguments &arguments) {
  func::CallOp::create(b, l.loc, kernel, arguments.flat());
}

/// Chooses the kernel, then calls it: with its many arguments, one call for
/// each number of rows would be most of the code of a block.
void BlockBuilder::callByRows(Value rows, bool isTail,
                              const KernelArguments &arguments) {
  int64_t most = kind.target.tileRows();
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, most));
  FunctionType type = kernel({most, 1, isTail}).getFunctionType();
  auto choice = scf::IndexSwitchOp::create(b, l.loc, TypeRange(type), rows,
                                           cases, cases.size());
  auto yieldKernel = [&](Region &region, int64_t size) {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&region);
    Value callee = func::ConstantOp::create(
        b, l.loc, type, kernel({size, 1, isTail}).getSymName());
    scf::YieldOp::create(b, l.loc, callee);
  };
  for (auto [size, region] : llvm::zip(cases, choice.getCaseRegions()))
    yieldKernel(region, size);
  yieldKernel(choice.getDefaultRegion(), most);
  func::CallIndirectOp::create(b, l.loc, choice.getResult(0), arguments.flat());
}

/// All rows of one panel.
void BlockBuilder::tiles(Value panel, bool isTail) {
  int64_t most = kind.target.tileRows();
  Value numTiles = l.div(l.add(count, most - 1), most);
  Value zero = l.constant(0);
  l.loop(zero, numTiles, 1, [&](Value t) {
    Value row = l.div(l.mul(t, count), numTiles);
    Value end = l.div(l.mul(l.add(t, 1), count), numTiles);
    Value lhsBase = l.add(a.lhsBase, l.mul(row, l.mul(a.steps, kind.depth)));
    KernelArguments tile = at(panel, row, lhsBase);
    if (fetchesAhead(kind, {most}))
      fetchInTurn(tile, t, numTiles);
    callByRows(l.sub(end, row), isTail, tile);
  });
}

/// Walks several panels at once where there are few rows. Gives the first
/// panel that is left.
Value BlockBuilder::fewRows() {
  SmallVector<int64_t> cases;
  for (int64_t rows = 1; rows < kind.target.tileRows(); ++rows)
    if (kind.panelsAtOnce(rows) > 1)
      cases.push_back(rows);
  auto dispatch = scf::IndexSwitchOp::create(b, l.loc, b.getIndexType(), count,
                                             cases, cases.size());
  OpBuilder::InsertionGuard guard(b);
  for (auto [i, region] : llvm::enumerate(dispatch.getCaseRegions())) {
    b.createBlock(&region);
    int64_t panels = kind.panelsAtOnce(cases[i]);
    Value end = l.mul(l.div(numPanels, panels), panels);
    TileShape shape{cases[i], panels};
    func::FuncOp function = kernel(shape);
    l.loop(l.constant(0), end, panels, [&](Value panel) {
      KernelArguments tile = at(panel, l.constant(0), a.lhsBase);
      if (fetchesAhead(kind, shape))
        fetchNear(tile, 1 << 10);
      call(function, tile);
    });
    scf::YieldOp::create(b, l.loc, end);
  }
  b.createBlock(&dispatch.getDefaultRegion());
  scf::YieldOp::create(b, l.loc, l.constant(0));
  return dispatch.getResult(0);
}

func::FuncOp BlockBuilder::build() {
  SmallVector<Type> types = KernelArguments::types(kind);
  Type index = b.getIndexType();
  types.insert(types.begin(), index);
  func::FuncOp function = createFunction(b, module, name, types);
  // Kernels are built behind this function; the builder stays here.
  count = function.getArgument(0);
  a = KernelArguments::fromFlat(kind, function.getArguments().drop_front());
  numPanels = l.div(a.columnEnd, kind.panelColumns());
  if (kind.hasWhole)
    l.loop(fewRows(), numPanels, 1,
           [&](Value panel) { tiles(panel, /*isTail=*/false); });
  if (kind.hasTail) {
    Value end = l.mul(numPanels, kind.panelColumns());
    Value isLeft = arith::CmpIOp::create(b, l.loc, arith::CmpIPredicate::ult,
                                         end, a.columnEnd);
    scf::IfOp::create(b, l.loc, isLeft, [&](OpBuilder &, Location) {
      tiles(numPanels, /*isTail=*/true);
      scf::YieldOp::create(b, l.loc);
    });
  }
  return function;
}

func::FuncOp buildBlock(const MatmulKind &kind, ModuleOp module,
                        StringRef name) {
  return BlockBuilder(kind, module, name).build();
}

} // namespace mlir::grouped
