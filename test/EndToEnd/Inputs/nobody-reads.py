"""nobody-reads.py PROGRAM ARGUMENT...: with a stdout whose reader is gone, the
program ends with 1. Writes its stderr."""
import os
import subprocess
import sys

reader, writer = os.pipe()
os.close(reader)
result = subprocess.run(sys.argv[1:], stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
sys.stdout.buffer.write(result.stderr)
sys.exit(result.returncode != 1)
