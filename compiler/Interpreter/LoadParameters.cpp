//===- LoadParameters.cpp - Parameters from a file or a seed --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Describes the stored parameters to the runtime and takes its values.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RuntimeTypes.h"

#include "spex/random.h"
#include "spex/weights.h"

#include <cmath>
#include <fmt/format.h>
#include <unistd.h>

namespace spex::interpreter {

static DimList storedDims(const StoredParameter &parameter) {
  DimList dims = parameter.outer;
  const DimList &declared = parameter.declaration->type.dims;
  dims.insert(dims.end(), declared.begin(), declared.end());
  return dims;
}

SizeList storedShape(const StoredParameter &parameter) {
  SizeList shape;
  for (const Dimension *dim : storedDims(parameter))
    shape.push_back(dim->size);
  return shape;
}

static spex_init_kind initKind(Initializer::Kind kind) {
  switch (kind) {
  case Initializer::Kind::Zeros:
    return SPEX_INIT_ZEROS;
  case Initializer::Kind::Ones:
    return SPEX_INIT_ONES;
  case Initializer::Kind::Constant:
    return SPEX_INIT_CONSTANT;
  case Initializer::Kind::Normal:
    return SPEX_INIT_NORMAL;
  case Initializer::Kind::TruncNormal:
    return SPEX_INIT_TRUNC_NORMAL;
  case Initializer::Kind::Uniform:
  case Initializer::Kind::UniformFan:
    return SPEX_INIT_UNIFORM;
  case Initializer::Kind::Orthogonal:
    return SPEX_INIT_ORTHOGONAL;
  }
  return SPEX_INIT_ZEROS;
}

static double initValue(const Initializer &init) {
  if (init.kind != Initializer::Kind::UniformFan)
    return init.value;
  double fan = 1;
  for (const Dimension *dim : init.fan)
    fan *= static_cast<double>(dim->size);
  return 1 / std::sqrt(fan);
}

/// An empty tensor of the parameter's shape, in the type in which it is kept.
static std::string makeStored(const StoredParameter &parameter,
                              Tensor &tensor) {
  SizeList shape = storedShape(parameter);
  if (shape.size() > SPEX_MAX_RANK ||
      spex_element_count(shape.data(), shape.size(), sizeof(double)) < 0)
    return "the parameter `" + parameter.path + "` is too large";
  tensor =
      Tensor::make(parameter.declaration->stored, storedDims(parameter), shape);
  tensor.target = parameter.declaration->type.target;
  tensor.isRounded = true;
  return "";
}

/// The reference holds every parameter as f64. One that cannot fit is refused
/// here, since a failed allocation deep inside would end the process.
static std::string checkMemory(const EntryPoint &entry) {
  double bytes = 0;
  for (const StoredParameter &parameter : entry.parameters) {
    double count = sizeof(double);
    for (int64_t size : storedShape(parameter))
      count *= static_cast<double>(size);
    bytes += count;
  }
  double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                  static_cast<double>(sysconf(_SC_PAGESIZE));
  if (bytes < memory / 2)
    return "";
  double gigabytes = 1e9;
  return fmt::format("the reference would need {:.0f} GB for the parameters, "
                     "and this machine has {:.0f} GB",
                     bytes / gigabytes, memory / gigabytes);
}

/// What bodies compute with: the stored values, in the declared type.
static Tensor asDeclared(const Tensor &stored, const Parameter &declaration) {
  return rounded(stored, declaration.type.element);
}

std::string initialParameters(const EntryPoint &entry, uint64_t seed,
                              ParameterMap &parameters) {
  if (std::string error = checkMemory(entry); !error.empty())
    return error;
  for (const StoredParameter &parameter : entry.parameters) {
    const Parameter &declaration = *parameter.declaration;
    if (declaration.kind == Parameter::Kind::Fixed)
      continue; // computed where it is used
    Tensor tensor;
    std::string error = makeStored(parameter, tensor);
    if (!error.empty())
      return error;
    uint64_t key = spex_random_key(seed, parameter.path.c_str(), "init", 0);
    if (spex_initial_values(
            initKind(declaration.init.kind), initValue(declaration.init), key,
            tensor.sizes.data(), tensor.sizes.size(),
            declaration.type.dims.size(), SPEX_F64, tensor.data()) != SPEX_OK)
      return "not enough memory for the initial values of `" + parameter.path +
             "`";
    for (double &value : *tensor.storage)
      value = roundTo(tensor.element, value);
    parameters[parameter.path] = asDeclared(tensor, declaration);
  }
  return "";
}

std::string readParameters(const EntryPoint &entry, const std::string &path,
                           ParameterMap &parameters) {
  if (std::string error = checkMemory(entry); !error.empty())
    return error;
  std::vector<spex_wanted> wanted;
  std::vector<Tensor> tensors;
  std::vector<const StoredParameter *> stored;
  std::vector<std::vector<char>> data;
  for (const StoredParameter &parameter : entry.parameters) {
    if (parameter.declaration->kind == Parameter::Kind::Fixed)
      continue;
    Tensor tensor;
    std::string error = makeStored(parameter, tensor);
    if (!error.empty())
      return error;
    tensors.push_back(std::move(tensor));
    stored.push_back(&parameter);
  }
  for (size_t i = 0; i < tensors.size(); ++i) {
    spex_type type = runtimeType(tensors[i].element);
    data.emplace_back(tensors[i].count() * spex_type_bytes(type));
    spex_wanted one = {};
    one.name = stored[i]->path.c_str();
    one.type = type;
    one.rank = static_cast<int>(tensors[i].sizes.size());
    one.shape = tensors[i].sizes.data();
    one.data = data.back().data();
    wanted.push_back(one);
  }
  spex_error error = {};
  if (spex_weights_read(path.c_str(), wanted.data(), wanted.size(), &error) !=
      SPEX_OK)
    return error.message;
  for (size_t i = 0; i < tensors.size(); ++i) {
    for (int64_t e = 0; e < tensors[i].count(); ++e)
      tensors[i].data()[e] = spex_load_f64(wanted[i].type, data[i].data(), e);
    parameters[stored[i]->path] =
        asDeclared(tensors[i], *stored[i]->declaration);
  }
  return "";
}

} // namespace spex::interpreter
