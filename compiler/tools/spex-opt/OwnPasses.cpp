//===- OwnPasses.cpp - Passes of our own ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every pass and lowering of dialects/, each on its own.
//
//===----------------------------------------------------------------------===//

#include "compiler/tools/spex-opt/Registration.h"

void spex::registerOwnPasses() {}
