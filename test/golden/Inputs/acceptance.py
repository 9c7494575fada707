"""Acceptance checks of systems.md, parts 1 and 2, that concern inference.

    acceptance.py SPEX SAMPLES SCRATCH reference|native CHECK
"""
import os
import sys

import acceptance_experts
import acceptance_routes
from checks import MODE, SCRATCH

os.makedirs(os.path.join(SCRATCH, MODE), exist_ok=True)
check = sys.argv[5]
room = acceptance_routes if hasattr(acceptance_routes, check) else acceptance_experts
getattr(room, check)()
