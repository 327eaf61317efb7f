"""Which system calls a student's kernel is refused."""

from __future__ import annotations

import errno
import functools
import os
import socket
import tempfile
from typing import Any

REFUSED = """
    acct add_key bpf fanotify_init fsmount fsopen init_module finit_module
    io_uring_enter io_uring_register io_uring_setup kcmp kexec_load keyctl
    lookup_dcookie memfd_create memfd_secret migrate_pages mount mount_setattr
    move_mount move_pages msgget name_to_handle_at open_by_handle_at open_tree
    perf_event_open personality pidfd_getfd pidfd_open pivot_root process_madvise
    process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot
    request_key semget setns shmget swapoff swapon umount2 unshare userfaultfd
    vmsplice connect
"""
"""With EPERM. memfd_create and shmget make memory that no count of pages finds."""

ABSENT = "clone3 openat2"
"""With ENOSYS: their arguments lie in memory; libc falls back to the older calls."""

PRETENDED = """
    chmod fchmod fchmodat fchmodat2 chown fchown fchownat lchown utime utimes
    utimensat futimesat setxattr lsetxattr fsetxattr removexattr lremovexattr
    fremovexattr
"""
"""Say that they worked: Landlock lets them reach every file of the same user."""

SCHEDULING = """
    sched_setaffinity sched_setattr sched_setparam sched_setscheduler
"""
"""Say that they worked for another process; libzmq asks it of its own threads."""

SIGNALS = "kill pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo tgkill tkill"

CLONE_NEWUSER = 0x10000000
INT = 0xFFFFFFFF  # the part of a register that counts: more in it must not disguise


class Rules:
    """System calls, each with the error that it gets."""

    def __init__(self) -> None:
        import pyseccomp

        self._library = pyseccomp
        self._rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)

    def refuse(self, names: str, error: int, *conditions: Any) -> None:
        """Give these calls an error, where all conditions hold; 0: as if it worked."""
        for name in names.split():
            try:
                action = self._library.ERRNO(error)
                self._rules.add_rule(action, name, *conditions)
            except OSError:  # a call that this machine does not have
                continue

    def bits(self, index: int, mask: int, value: int) -> Any:
        """The condition that these bits of an argument have this value."""
        return self._library.Arg(index, self._library.MASKED_EQ, mask, value)

    def foreign(self, index: int) -> Any:
        """The condition that an argument names a process other than the caller."""
        return self._library.Arg(index, self._library.NE, 0)

    def code(self) -> bytes:
        """The rules as the kernel's byte code."""
        with tempfile.TemporaryFile() as file:
            self._rules.export_bpf(file)
            file.seek(0)
            return file.read()


@functools.cache
def program(shared: bool, signals: bool) -> bytes:
    """The filter as the kernel's byte code.

    shared:   the machine's files and processes are in reach: no namespaces hide them
    signals:  a process may signal others; without, it may not even signal itself

    Raises:  ImportError when pyseccomp or libseccomp is not installed
    """
    rules = Rules()
    rules.refuse(REFUSED, errno.EPERM)
    rules.refuse(ABSENT, errno.ENOSYS)
    user = rules.bits(0, CLONE_NEWUSER, CLONE_NEWUSER)
    rules.refuse("clone", errno.EPERM, user)
    # libzmq aborts where it cannot ask for the network's interfaces by NETLINK.
    for family in set(range(64)) - {socket.AF_UNIX, socket.AF_NETLINK}:
        rules.refuse("socket", errno.EAFNOSUPPORT, rules.bits(0, INT, family))
    # A datagram needs no connection to reach a socket of the machine.
    for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        local = rules.bits(0, INT, socket.AF_UNIX), rules.bits(1, 0xF, kind)
        rules.refuse("socket socketpair", errno.EPERM, *local)
    if shared:
        keep_off(rules)
        if not signals:
            rules.refuse(SIGNALS, errno.EPERM)
    return rules.code()


def keep_off(rules: Rules) -> None:
    """Refuse what would reach files and processes of the same user."""
    rules.refuse(PRETENDED, 0)
    rules.refuse(SCHEDULING, 0, rules.foreign(0))
    rules.refuse("prlimit64", errno.EPERM, rules.foreign(0))
    rules.refuse("setpriority ioprio_set", errno.EPERM, rules.foreign(1))
    rules.refuse("inotify_add_watch truncate truncate64", errno.EPERM)
    for name, index in (("open", 1), ("openat", 2)):  # it empties what it reads
        emptied = rules.bits(index, os.O_TRUNC | os.O_ACCMODE, os.O_TRUNC)
        rules.refuse(name, errno.EPERM, emptied)
