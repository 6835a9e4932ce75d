"""What keeps a parser in its cell: resource limits, no network, no programs, no writing outside its scratch folder.

Works as root and as anybody: privileges are dropped by `capset` and `no_new_privs`, calls to the system are filtered
by seccomp (kernel 3.17), writing is confined by Landlock (kernel 5.13, where the kernel has it). Linux only.
Source: kernel documentation, userspace-api/seccomp_filter and userspace-api/landlock; linux/audit.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
CLONE_NEWNET, CLONE_THREAD = 0x40000000, 0x00010000
ALLOW, DENY, DENY_AS_UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS

_libc = ctypes.CDLL(None, use_errno=True)

# Calls by their number on each machine: audit arch, clone, clone3, calls that only programs need, never allowed calls.
# Never allowed: socket, socketpair, connect, bind, listen, accept, accept4, ptrace, kill, pidfd_send_signal,
# process_vm_readv/writev, mount, umount2, pivot_root, chroot, unshare, setns, bpf, perf_event_open, keyctl, add_key,
# request_key, init/finit/delete_module, kexec_load, userfaultfd, io_uring_setup, reboot, swapon.
# fmt: off
_X86_64_NEVER: tuple[int, ...] = (
    41, 53, 42, 49, 50, 43, 288, 101, 424, 310, 311, 165, 166, 155, 161, 272, 308, 321, 298, 250, 248, 249, 175, 313,
    176, 246, 323, 425, 169, 167,
)
_AARCH64_NEVER: tuple[int, ...] = (
    198, 199, 203, 200, 201, 202, 242, 117, 424, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 219, 217, 218, 105, 273,
    106, 104, 282, 425, 142, 224,
)
# fmt: on
_MACHINES: dict[str, tuple[int, int, int, tuple[int, ...], tuple[int, ...]]] = {
    # fork, vfork, execve, execveat, kill
    "x86_64": (0xC000003E, 56, 435, (57, 58, 59, 322, 62), _X86_64_NEVER),
    # execve, execveat, kill
    "aarch64": (0xC00000B7, 220, 435, (221, 281, 129), _AARCH64_NEVER),
}


class ConfinementFailed(OSError):
    """The kernel refused a confinement that the product does not go without."""


def _prctl(option: int, value: int, pointer: object = 0) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), pointer, 0, 0) != 0:
        raise ConfinementFailed(ctypes.get_errno(), f"prctl {option} refused")


def die_with_parent(parent_pid: int) -> None:
    """Make the kernel kill this process when its parent goes; leave at once if it has already gone."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def leave_network() -> bool:
    """Move into an empty network namespace where that is allowed (root). Answers whether it was."""
    return bool(_libc.unshare(CLONE_NEWNET) == 0)


def limit_resources(*, cpu_s: int, memory_bytes: int, file_bytes: int, open_files: int) -> None:
    """Set hard limits for this process. Memory counts from what is mapped now, so preloaded libraries are free."""
    mapped_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    resource.setrlimit(resource.RLIMIT_AS, (mapped_bytes + memory_bytes, mapped_bytes + memory_bytes))


def drop_privileges() -> None:
    """Give up every capability, and the means to get one back. Files of one's own stay readable."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("Ii", 0x20080522, 0)
    _libc.capset(ctypes.create_string_buffer(header), ctypes.create_string_buffer(24))


def _filter_program(*, programs: bool) -> bytes:
    """BPF: foreign machine or a forbidden call → EPERM, clone3 → ENOSYS, clone → only threads."""
    arch, clone, clone3, only_programs, never = _MACHINES[platform.machine()]
    forbidden = never if programs else (*never, *only_programs)

    def line(code: int, jump_true: int, jump_false: int, value: int) -> bytes:
        return struct.pack("HBBI", code, jump_true, jump_false, value)

    load, equal, at_least, test, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    lines = [line(load, 0, 0, 4), line(equal, 1, 0, arch), line(answer, 0, 0, DENY)]
    lines += [line(load, 0, 0, 0), line(at_least, 0, 1, 0x40000000), line(answer, 0, 0, DENY)]
    for number in forbidden:
        lines += [line(equal, 0, 1, number), line(answer, 0, 0, DENY)]
    if not programs:
        lines += [line(equal, 0, 1, clone3), line(answer, 0, 0, DENY_AS_UNKNOWN)]
        lines += [line(equal, 0, 3, clone), line(load, 0, 0, 16), line(test, 1, 0, CLONE_THREAD)]
        lines += [line(answer, 0, 0, DENY)]
    return b"".join([*lines, line(answer, 0, 0, ALLOW)])


def filter_system_calls(*, programs: bool = False) -> None:
    """Refuse network, tracing, mounting and, unless `programs`, new processes; threads stay possible.

    Raises: ConfinementFailed where the machine is not known or the kernel refuses.
    """
    if platform.machine() not in _MACHINES:
        raise ConfinementFailed(errno.ENOSYS, f"no system-call filter is known for {platform.machine()}")
    program = _filter_program(programs=programs)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)))


_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
# write_file, remove_dir, remove_file, make_char … make_sym; then refer (ABI 2), truncate (ABI 3)
_WRITING = 1 << 1 | sum(1 << bit for bit in range(4, 13))
_SINCE_ABI = {2: 1 << 13, 3: 1 << 14}


def confine_writing(*folders: Path) -> bool:
    """Let this process write below `folders` and to /dev/null only. Answers False where the kernel has no Landlock."""
    abi = _libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if abi < 1:
        return False
    writing = _WRITING | sum(bit for since, bit in _SINCE_ABI.items() if abi >= since)
    ruleset = _libc.syscall(_LANDLOCK_CREATE, ctypes.create_string_buffer(struct.pack("Q", writing), 8), 8, 0)
    if ruleset < 0:
        return False
    on_files = writing & (1 << 1 | 1 << 14)
    for path, rights in [*((folder, writing) for folder in folders), (Path(os.devnull), on_files)]:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, handle), 12)
        _libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0)
        os.close(handle)
    restricted = _libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(restricted)
