"""lit configuration: tools from the build directory, features of this machine."""
import os
import shutil
import subprocess
import lit.formats

config.name = "Spex"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".spex", ".test"]
config.excludes = ["Inputs", "Unit", "lit.cfg.py", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)

root = os.path.dirname(config.test_source_root)
build = os.path.abspath(os.environ.get("SPEX_BUILD", os.path.join(root, "build")))
config.test_exec_root = os.path.join(build, "test")
llvm = os.environ.get("SPEX_LLVM", "/usr/lib/llvm-22")

config.environment["PATH"] = os.pathsep.join(
    [os.path.join(build, "bin"), os.path.join(llvm, "bin"), os.environ["PATH"]])
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions += [
    ("%root", root),
    ("%build", build),
    ("%examples", os.path.join(root, "examples")),
    ("%python", shutil.which("python3") or "python3"),
    ("%mlir_c_runner_utils",
     os.path.join(llvm, "lib", "libmlir_c_runner_utils.so")),
]

with open("/proc/cpuinfo") as file:
    flags = next((line.split() for line in file if line.startswith("flags")), [])
for flag in ("avx512f", "avx512_bf16", "avx2"):
    if flag in flags:
        config.available_features.add(flag)
if shutil.which("pkg-config"):
    config.available_features.add("pkg-config")
