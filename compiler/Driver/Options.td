//===- Options.td - Every option of the spex tool -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each option names the subcommands that take it. A value follows `=` or a
// blank.
//
//===----------------------------------------------------------------------===//

include "llvm/Option/OptParser.td"

def build_command : SubCommand<"build", "compile a program to an executable or a library">;
def run_command : SubCommand<"run", "compile into memory and run">;
def check_command : SubCommand<"check", "check a program, nothing else">;
def verify_command : SubCommand<"verify", "compare native code with the reference, every element">;
def cost_command : SubCommand<"cost", "count parameters, arithmetic, traffic and memory">;
def reduce_command : SubCommand<"reduce", "shrink a program for which a command fails">;
def fmt_command : SubCommand<"fmt", "format a program in place (-: stdin to stdout)">;
def explain_command : SubCommand<"explain", "explain a diagnostic's code">;

defvar programs = [build_command, run_command, check_command, verify_command, cost_command];
defvar compiles = [build_command, run_command, verify_command];
defvar runs = [run_command];
defvar executes = [run_command, verify_command];
defvar everywhere = [build_command, run_command, check_command, verify_command, cost_command, reduce_command, fmt_command, explain_command];

multiclass Value<string name, string metavar, string help, list<SubCommand> commands> {
  def _eq : Joined<["--"], name#"=", commands>, MetaVarName<metavar>, HelpText<help>;
  def _sep : Separate<["--"], name, commands>, Alias<!cast<Joined>(NAME#"_eq")>;
}
class Switch<string name, string help, list<SubCommand> commands>
    : Flag<["--"], name, commands>, HelpText<help>;

def help : Switch<"help", "print this help", everywhere>;
def h : Flag<["-"], "h", everywhere>, Alias<help>;
def version : Switch<"version", "print the version", everywhere>;

defm dim : Value<"dim", "NAME=N", "set a static size or the bound of a bounded one", programs>;
defm set : Value<"set", "NAME=V", "set a constant or choose a variant", programs>;
defm numerics : Value<"numerics", "KEY=TYPE", "replace a line of `numerics`", programs>;
defm entry : Value<"entry", "NAME", "the export or model to compile", programs>;
def print_routes : Switch<"print-routes", "print units, groups and choices of every route", [check_command]>;

def o : JoinedOrSeparate<["-"], "o", [build_command, reduce_command]>, MetaVarName<"OUT">,
        HelpText<"where to write (build: the export's name NAME; with --shared: libNAME.so; with --emit, and reduce: stdout)">;
def shared : Switch<"shared", "make libNAME.so, NAME.h and NAME.json instead of an executable", [build_command]>;
def o_eq : Joined<["-"], "o=", [build_command, reduce_command]>, Alias<o>;
defm cpu : Value<"cpu", "NAME", "CPU to make code for: native (default), x86-64-v3, znver4, ...", compiles>;
def O0 : Flag<["-"], "O0", compiles>, HelpText<"plain loops, the same bits">;
def O3 : Flag<["-"], "O3", compiles>, HelpText<"fused kernels (default)">;
defm emit : Value<"emit", "PHASE", "stop after a phase and write it: ast moe grouped loops llvm asm object", [build_command]>;
defm dump_to : Value<"dump-to", "DIR", "write every phase into a folder, numbered", compiles>;
defm remarks : Value<"remarks", "KIND", "report slow but correct choices: vectorize", compiles>;
defm time_trace : Value<"time-trace", "FILE", "write the time of each phase as a Chrome trace", compiles>;

def test_fault_eq : Joined<["--"], "test-fault=", compiles>, Flags<[HelpHidden]>,
        HelpText<"let the check of a phase fail, to see what a fault of the compiler looks like">;

def reference : Switch<"reference", "run the interpreter instead of native code", runs>;
defm weights : Value<"weights", "FILE", "parameters (safetensors); without: seeded initial values", executes>;
defm input : Value<"input", "NAME=FILE", "an input (npy; verify: none or all of them, else random ones)", executes>;
defm output : Value<"output", "NAME=FILE", "where to write a result (npy; verify: the native one)", executes>;
defm tap : Value<"tap", "PATH=FILE", "where to write a value inside of the model, as Block.y.weight", runs>;
defm at : Value<"at", "B=2,S=7", "sizes that no input fixes (cost: all others count at their bounds)", [run_command, verify_command, cost_command]>;
defm threads : Value<"threads", "N", "threads to use", executes>;
defm stats : Value<"stats", "FILE", "write how often each expert was chosen (-: a chart)", runs>;
defm routes : Value<"routes", "FILE", "write every route's choices", executes>;
defm replay : Value<"replay", "FILE", "use recorded choices", runs>;
defm bench : Value<"bench", "N", "run N times and print the time", runs>;
defm seed : Value<"seed", "N", "of initial values, inputs and sampling (default 0)", executes>;
defm generate : Value<"generate", "N", "generate N elements after the prompt", runs>;
defm prompt : Value<"prompt", "TEXT", "the bytes to start from", runs>;
defm prompt_ids : Value<"prompt-ids", "FILE", "the elements to start from (npy)", runs>;
defm temperature : Value<"temperature", "T", "of sampling; 0, the default, takes the likeliest", runs>;

def json : Switch<"json", "write one JSON object instead of a table", [cost_command]>;
defm command : Value<"command", "CMD", "a shell command, `{}` in it the program: what must go on failing alike", [reduce_command]>;
defm seconds : Value<"seconds", "N", "stop after so long with the smallest found (default 60)", [reduce_command]>;

def check_only : Switch<"check", "change nothing; exit 1 if the format differs", [fmt_command]>;
def list_codes : Switch<"list", "list all codes", [explain_command]>;
