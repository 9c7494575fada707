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

static std::string initialParameter(const StoredParameter &parameter,
                                    uint64_t seed, ParameterMap &parameters) {
  const Parameter &declaration = *parameter.declaration;
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
  return "";
}

std::string initialParameters(const EntryPoint &entry, uint64_t seed,
                              ParameterMap &parameters) {
  if (std::string error = checkMemory(entry); !error.empty())
    return error;
  for (const StoredParameter &parameter : entry.parameters) {
    if (parameter.declaration->kind == Parameter::Kind::Fixed)
      continue; // computed where it is used
    std::string error = initialParameter(parameter, seed, parameters);
    if (!error.empty())
      return error;
  }
  return "";
}

/// A line of a `weights` section as the runtime takes it. Pointers go into
/// `file`.
static spex_source sourceOf(const FileTensor &file) {
  spex_source source = {};
  source.tensor = file.name.c_str();
  source.format = file.format.empty() ? nullptr : file.format.c_str();
  source.parts = file.parts;
  source.part = file.part;
  source.repeat = file.repeat;
  for (const std::vector<int> &axis : file.axes) {
    source.axis_factors[source.axis_count++] = static_cast<int>(axis.size());
    for (int dim : axis)
      source.factors[source.factor_count++] = dim;
  }
  return source;
}

/// The lines of all parameters, in order. Empty with an error if one has more
/// axes than the runtime's arrays.
static std::string
collectSources(const std::vector<const StoredParameter *> &stored,
               std::vector<std::vector<spex_source>> &sources) {
  for (const StoredParameter *parameter : stored) {
    sources.emplace_back();
    for (const FileTensor &file : parameter->files) {
      size_t factors = 0;
      for (const std::vector<int> &axis : file.axes)
        factors += axis.size();
      if (factors > SPEX_MAX_RANK || file.axes.size() > SPEX_MAX_RANK)
        return "`" + parameter->path + "` has too many axes in the file";
      sources.back().push_back(sourceOf(file));
    }
  }
  return "";
}

std::string readParameters(const EntryPoint &entry, const std::string &path,
                           uint64_t seed, ParameterMap &parameters) {
  if (std::string error = checkMemory(entry); !error.empty())
    return error;
  std::vector<Tensor> tensors;
  std::vector<const StoredParameter *> stored;
  for (const StoredParameter &parameter : entry.parameters) {
    if (parameter.declaration->kind == Parameter::Kind::Fixed)
      continue;
    Tensor tensor;
    std::string error = makeStored(parameter, tensor);
    if (error.empty() && entry.hasWeights && parameter.files.empty())
      error = initialParameter(parameter, seed, parameters);
    else if (error.empty()) {
      tensors.push_back(std::move(tensor));
      stored.push_back(&parameter);
    }
    if (!error.empty())
      return error;
  }
  std::vector<spex_stored> wanted;
  std::vector<std::vector<char>> data;
  std::vector<std::vector<spex_source>> sources;
  if (std::string error = collectSources(stored, sources); !error.empty())
    return error;
  for (size_t i = 0; i < tensors.size(); ++i) {
    spex_type type = runtimeType(tensors[i].element);
    data.emplace_back(tensors[i].count() * spex_type_bytes(type));
    wanted.push_back({stored[i]->path.c_str(), type,
                      static_cast<int>(tensors[i].sizes.size()),
                      tensors[i].sizes.data(), data.back().data(),
                      sources[i].data(),
                      static_cast<int64_t>(sources[i].size())});
  }
  std::vector<const char *> patterns;
  for (const std::string &pattern : entry.skips)
    patterns.push_back(pattern.c_str());
  spex_skips skips = {patterns.data(), static_cast<int64_t>(patterns.size()),
                      entry.hasWeights};
  spex_error error = {};
  if (spex_parameters_read(path.c_str(), wanted.data(), wanted.size(), &skips,
                           &error) != SPEX_OK)
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
