//===- LoadInputs.cpp - Inputs and outputs as .npy ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads and checks inputs, takes sizes from their shapes, draws random ones,
// and writes results.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RuntimeTypes.h"

#include "spex/random.h"

#include <algorithm>
#include <fmt/format.h>

namespace spex::interpreter {

static std::string sizeAbove(const Dimension *dim, int64_t size) {
  if (size < 1)
    return fmt::format("{} = {} is no size; it must be at least 1 [E0809]",
                       dim->name, size);
  return fmt::format("{} = {} is above its bound {}; `--dim {}={}` would allow "
                     "it [E0809]",
                     dim->name, size, dim->size, dim->name, size);
}

std::string resolveSizes(const EntryPoint &entry,
                         const std::map<std::string, int64_t> &at,
                         SizeMap &sizes) {
  for (const auto &[name, size] : at) {
    auto found = std::find_if(
        entry.dims.begin(), entry.dims.end(),
        [&name = name](const Dimension *dim) { return dim->name == name; });
    if (found == entry.dims.end())
      return "`" + name + "` is not a run-time size of this model [E0809]";
    auto [known, isNew] = sizes.try_emplace(*found, size);
    if (!isNew && known->second != size)
      return fmt::format("{} is {} in an input and {} in `--at`", name,
                         known->second, size);
  }
  for (const Dimension *dim : entry.dims) {
    auto found = sizes.find(dim);
    if (found == sizes.end())
      return fmt::format("the size of {} is not given: `--at {}=..` [E0809]",
                         dim->name, dim->name);
    if (found->second < 1 || found->second > dim->size)
      return sizeAbove(dim, found->second);
  }
  return "";
}

/// Takes the sizes of bounded base dimensions from the shape of an input.
static std::string takeSizes(const std::string &name, const DimList &dims,
                             const spex_tensor &file, SizeMap &sizes) {
  for (size_t d = 0; d < dims.size(); ++d) {
    const Dimension *dim = dims[d];
    bool isBase = dim->isBounded && dim->formula.op == SizeFormula::Op::Dim &&
                  dim->formula.dim == dim;
    if (!isBase)
      continue;
    int64_t size = file.shape[d];
    auto [known, isNew] = sizes.try_emplace(dim, size);
    if (!isNew && known->second != size)
      return fmt::format("{} is {} in one input and {} in `{}`", dim->name,
                         known->second, size, name);
    if (size < 1 || size > dim->size)
      return sizeAbove(dim, size);
  }
  return "";
}

static std::string typeNames(const Type &type) {
  switch (type.element) {
  case ElementType::Index:
    return fmt::format("index<{}>", type.target->name);
  case ElementType::Int:
    return "int";
  case ElementType::Bool:
    return "bool";
  default:
    return spex_type_name(runtimeType(type.element));
  }
}

/// The numbers of a file in a tensor whose sizes are known.
static std::string convert(const spex_tensor &file, const std::string &name,
                           const Type &type, int64_t bound, Tensor &tensor) {
  int64_t count = tensor.count();
  bool isFloatFile = file.type <= SPEX_F16;
  std::string expected =
      fmt::format("`{}` must be {} and the file holds {} [E0409]", name,
                  typeNames(type), spex_type_name(file.type));
  if (type.element == ElementType::Index || type.element == ElementType::Int) {
    if (isFloatFile || file.type == SPEX_BOOL)
      return expected;
    std::vector<int32_t> values(count);
    spex_error error = {};
    if (spex_indices(&file, name.c_str(), bound, values.data(), &error) !=
        SPEX_OK)
      return error.message;
    std::copy(values.begin(), values.end(), tensor.data());
  } else {
    bool fits = type.element == ElementType::Bool
                    ? file.type == SPEX_BOOL || file.type == SPEX_U8
                    : isFloatFile;
    if (!fits)
      return expected;
    for (int64_t i = 0; i < count; ++i)
      tensor.data()[i] =
          roundTo(type.element, spex_load_f64(file.type, file.data, i));
    for (int64_t i = 0; type.element == ElementType::Bool && i < count; ++i)
      if (tensor.data()[i] != 0 && tensor.data()[i] != 1)
        return "`" + name + "` must hold only 0 and 1";
  }
  tensor.isRounded = true;
  return "";
}

static std::string checkShape(const std::string &name, const DimList &dims,
                              const spex_tensor &file, const SizeMap &sizes) {
  std::string expected;
  bool agrees = true;
  for (size_t d = 0; d < dims.size(); ++d) {
    int64_t size = sizeOf(dims[d], sizes);
    agrees &= file.shape[d] == size;
    expected +=
        fmt::format("{}{} = {}", d == 0 ? "" : ", ", dims[d]->name, size);
  }
  if (agrees)
    return "";
  char text[256];
  return fmt::format("`{}` must be [{}] and the file holds {} [E0409]", name,
                     expected,
                     spex_shape_text(text, sizeof text, file.shape, file.rank));
}

std::string readInputs(const EntryPoint &entry,
                       const std::map<std::string, std::string> &files,
                       const std::map<std::string, int64_t> &at,
                       RunRequest &request) {
  const std::vector<Input> &inputs = entry.model->inputs;
  for (const auto &[name, path] : files) {
    auto isNamed = [&name = name](const Input &i) { return i.name == name; };
    if (std::none_of(inputs.begin(), inputs.end(), isNamed))
      return "the model has no input `" + name + "`";
  }
  std::vector<OwnedTensor> read(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto path = files.find(inputs[i].name);
    if (path == files.end()) {
      if (inputs[i].defaultValue)
        continue;
      return "the input `" + inputs[i].name + "` is not given: `--input " +
             inputs[i].name + "=FILE.npy`";
    }
    spex_error error = {};
    spex_tensor &file = read[i].tensor;
    if (spex_npy_read(path->second.c_str(), &file, &error) != SPEX_OK)
      return error.message;
    const DimList &dims = inputs[i].type.dims;
    if (file.rank != static_cast<int>(dims.size()))
      return fmt::format("`{}` has {} dimensions and the file `{}` has {} "
                         "[E0409]",
                         inputs[i].name, dims.size(), path->second, file.rank);
    std::string wrong = takeSizes(inputs[i].name, dims, file, request.sizes);
    if (!wrong.empty())
      return wrong;
  }
  std::string wrong = resolveSizes(entry, at, request.sizes);
  for (size_t i = 0; i < inputs.size() && wrong.empty(); ++i) {
    const Type &type = inputs[i].type;
    const spex_tensor &file = read[i].tensor;
    if (!file.data)
      continue;
    wrong = checkShape(inputs[i].name, type.dims, file, request.sizes);
    if (!wrong.empty())
      break;
    SizeList sizes(file.shape, file.shape + file.rank);
    Tensor tensor = Tensor::make(type.element, type.dims, sizes);
    tensor.target = type.target;
    int64_t bound = type.target ? sizeOf(type.target, request.sizes) : 0;
    wrong = convert(file, inputs[i].name, type, bound, tensor);
    request.inputs[inputs[i].name] = std::move(tensor);
  }
  return wrong;
}

std::string randomInputs(const EntryPoint &entry, uint64_t seed,
                         RunRequest &request) {
  for (const Input &input : entry.model->inputs) {
    SizeList sizes;
    for (const Dimension *dim : input.type.dims) {
      sizes.push_back(sizeOf(dim, request.sizes));
      if (sizes.back() < 1)
        return "dimension `" + dim->name + "` has no size here";
    }
    Tensor tensor = Tensor::make(input.type.element, input.type.dims, sizes);
    tensor.target = input.type.target;
    tensor.isRounded = true;
    uint64_t key = spex_random_key(seed, input.name.c_str(), "verify", 0);
    // An int has no range of its own: small counts.
    int64_t range =
        input.type.target ? sizeOf(input.type.target, request.sizes) : 16;
    for (int64_t i = 0; i < tensor.count(); ++i) {
      uint32_t word = spex_random_word(key, i, 0);
      if (isFloat(input.type.element))
        tensor.data()[i] = roundTo(input.type.element, spex_normal(word));
      else if (input.type.element == ElementType::Bool)
        tensor.data()[i] = word >> 31;
      else
        tensor.data()[i] = static_cast<double>(uint64_t{word} * range >> 32);
    }
    request.inputs[input.name] = std::move(tensor);
  }
  return "";
}

std::string writeNpy(const std::string &path, const Tensor &tensor) {
  OwnedTensor file;
  file.tensor.type = runtimeType(tensor.element);
  file.tensor.rank = tensor.sizes.size();
  std::copy(tensor.sizes.begin(), tensor.sizes.end(), file.tensor.shape);
  spex_error error = {};
  if (spex_tensor_allocate(&file.tensor, &error) != SPEX_OK)
    return error.message;
  Tensor values = tensor.contiguous();
  for (int64_t i = 0; i < values.count(); ++i)
    spex_store_f64(file.tensor.type, file.tensor.data, i, values.data()[i]);
  if (spex_npy_write(path.c_str(), &file.tensor, &error) != SPEX_OK)
    return error.message;
  return "";
}

std::string readNpyAs(const std::string &path, const std::string &name,
                      const Type &type, Tensor &tensor) {
  OwnedTensor file;
  spex_error error = {};
  if (spex_npy_read(path.c_str(), &file.tensor, &error) != SPEX_OK)
    return error.message;
  if (file.tensor.rank != static_cast<int>(type.dims.size()))
    return "`" + name + "` has another number of dimensions";
  SizeList sizes(file.tensor.shape, file.tensor.shape + file.tensor.rank);
  tensor = Tensor::make(type.element, type.dims, sizes);
  tensor.target = type.target;
  return convert(file.tensor, name, type, 0, tensor);
}

} // namespace spex::interpreter
