"""Attacks on files: reading what was not granted, and getting at it in ways that have another path or none."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import subprocess
from pathlib import Path

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, World

_RENAME_EXCHANGE = 2
_OPEN_TREE_CLONE, _AT_RECURSIVE, _O_CLOEXEC = 1, 0x8000, 0o2000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_IN_OPEN = 0x20
_LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}


def read_key(world: World) -> None:
    world.expect_secret(world.key.read_bytes())


def by_link(world: World) -> None:
    link = Path(world.own, "link")
    link.symlink_to(world.key.parent)
    world.expect_secret((link / "id_rsa").read_bytes())


def by_parent(world: World) -> None:
    world.expect_secret(Path(os.path.relpath(world.key, world.own)).read_bytes())


def by_own_root(world: World) -> None:
    world.expect_secret(Path(f"/proc/self/root{world.key}").read_bytes())


def by_root_of_stockade(world: World) -> None:
    world.expect_secret(Path(f"/proc/{world.stockade}/root{world.key}").read_bytes())


def by_cwd_of_stockade(world: World) -> None:
    world.expect_secret(Path(f"/proc/{world.stockade}/cwd/home/.ssh/id_rsa").read_bytes())


def by_path_descriptor(world: World) -> None:
    held = os.open(world.key, os.O_PATH)
    world.expect_secret(Path(f"/proc/self/fd/{held}").read_bytes())


def by_folder_descriptor(world: World) -> None:
    held = os.open(world.key.parent, os.O_PATH)
    world.expect_secret(os.read(os.open("id_rsa", os.O_RDONLY, dir_fd=held), 100))


def by_chdir(world: World) -> None:
    os.chdir(world.key.parent)
    world.expect_secret(Path("id_rsa").read_bytes())


def by_handle(world: World) -> None:
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    mount_id = ctypes.create_string_buffer(4)
    kernel.call("name_to_handle_at", kernel.AT_FDCWD, os.fsencode(world.key), handle, mount_id, 0)
    mount = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    opened = kernel.call("open_by_handle_at", mount, handle, os.O_RDONLY)
    world.expect_secret(os.read(opened, 100))


def by_hard_link(world: World) -> None:
    os.link(world.key, Path(world.own, "hard"))
    world.expect_secret(Path(world.own, "hard").read_bytes())


def by_move(world: World) -> None:
    moved = Path(world.own, "moved")
    os.rename(world.key, moved)
    os.rename(moved, world.key)


def by_exchange(world: World) -> None:
    mine = os.fsencode(world.own_file("exchanged"))
    words = (kernel.AT_FDCWD, os.fsencode(world.key), kernel.AT_FDCWD, mine, _RENAME_EXCHANGE)
    kernel.call("renameat2", *words)
    kernel.call("renameat2", *words)


def by_bind_mount(world: World) -> None:
    kernel.own_namespaces(kernel.CLONE_NEWNS)
    target = Path(world.own, "mounted")
    target.mkdir()
    kernel.call("mount", os.fsencode(world.key.parent), os.fsencode(target), 0, _MS_BIND | _MS_REC, 0)
    world.expect_secret((target / "id_rsa").read_bytes())


def by_detached_mount(world: World) -> None:
    flags = _OPEN_TREE_CLONE | _AT_RECURSIVE | _O_CLOEXEC
    tree = kernel.call("open_tree", kernel.AT_FDCWD, b"/", flags)
    world.expect_secret(os.read(os.open(str(world.key).lstrip("/"), os.O_RDONLY, dir_fd=tree), 100))


def by_new_root(world: World) -> None:
    kernel.own_namespaces(kernel.CLONE_NEWNS)
    os.chroot(world.home)
    world.expect_secret(Path("/.ssh/id_rsa").read_bytes())


def by_other_program(world: World) -> None:
    done = subprocess.run(["/bin/cat", str(world.key)], capture_output=True)
    if done.returncode:
        raise PermissionError(13, done.stderr.decode())
    world.expect_secret(done.stdout)


def read_disk(world: World) -> None:
    with open(world.disk, "rb", buffering=0) as file:
        file.read(512)


def make_disk(world: World) -> None:
    path = Path(world.own, "disk")
    os.mknod(path, 0o60600, world.disk_number)
    with open(path, "rb", buffering=0) as file:
        file.read(512)


def read_kernel_memory(world: World) -> None:
    with open("/proc/kcore", "rb", buffering=0) as file:
        file.read(64)


def read_kernel_log(world: World) -> None:
    os.read(os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK), 8192)


def read_shared_memory(world: World) -> None:
    world.expect_secret(Path("/dev/shm", world.shared_memory).read_bytes())


def watch(world: World) -> None:
    watcher = kernel.call("inotify_init1", 0)
    kernel.call("inotify_add_watch", watcher, os.fsencode(world.key.parent), _IN_OPEN)


def read_attribute(world: World) -> None:
    world.expect_secret(os.getxattr(world.key, "user.secret"))


def read_hidden_link(world: World) -> None:
    world.expect_secret(os.readlink(world.home / "pointer"))


def run_outside(world: World) -> None:
    subprocess.run([str(world.out / "program")], check=True)


def run_by_descriptor(world: World) -> None:
    held = os.open(world.out / "program", os.O_PATH)
    child = os.fork()
    if child == 0:
        try:
            os.execve(held, ["program"], {})
        except OSError as problem:
            os._exit(problem.errno or 1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        raise OSError(code, "execveat")


def run_by_loader(world: World) -> None:
    done = subprocess.run([_LOADERS[platform.machine()], str(world.out / "program")], capture_output=True)
    if done.returncode:
        raise PermissionError(13, done.stderr.decode())


def run_from_memory(world: World) -> None:
    program = os.memfd_create("program", 0)
    os.write(program, Path("/bin/true").read_bytes())
    subprocess.run([f"/proc/self/fd/{program}"], pass_fds=[program], check=True)


ATTACKS: dict[str, Attack] = {
    "read the ssh key": read_key,
    "read the cloud credentials": lambda w: w.expect_secret((w.home / ".aws/credentials").read_bytes()),
    "read a file at home": lambda w: w.expect_secret((w.home / "diary").read_bytes()),
    "list the home folder": lambda w: os.listdir(w.home),
    "list a hidden folder": lambda w: os.listdir(w.key.parent),
    "read the key by a symbolic link": by_link,
    "read the key by .. from the own folder": by_parent,
    "read the key by /proc/self/root": by_own_root,
    "read the key by the root of a process outside": by_root_of_stockade,
    "read the key by the working folder of a process outside": by_cwd_of_stockade,
    "read the key by an O_PATH descriptor": by_path_descriptor,
    "read the key by its folder's descriptor": by_folder_descriptor,
    "read the key from within its folder": by_chdir,
    "read the key by a hard link": by_hard_link,
    "move the key in": by_move,
    "exchange the key for a file of one's own": by_exchange,
    "read the key by a bind mount of one's own": by_bind_mount,
    "read the key under another root": by_new_root,
    "read the key by another program": by_other_program,
    "read shared memory of a process outside by its name": read_shared_memory,
    "list shared memory": lambda w: os.listdir("/dev/shm"),
    "look at a hidden file (stat)": lambda w: os.stat(w.key),
    "read where a hidden link leads": read_hidden_link,
    "read an extended attribute of a hidden file": read_attribute,
    "watch a hidden folder (inotify)": watch,
    "run a program outside": run_outside,
    "run a program outside by a descriptor (execveat)": run_by_descriptor,
    "run a program outside by the dynamic loader": run_by_loader,
    "run a program from memory (memfd)": run_from_memory,
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "read the key by the root of the first process": lambda w: w.expect_secret(
        Path(f"/proc/1/root{w.key}").read_bytes()
    ),
    "read the password hashes": lambda w: Path("/etc/shadow").read_bytes(),
    "read the key by its file handle": by_handle,
    "read the key by a detached copy of all mounts": by_detached_mount,
    "read the disk's device": read_disk,
    "make a device node of the disk and read it": make_disk,
    "read the kernel's memory (/proc/kcore)": read_kernel_memory,
    "read the kernel's log device": read_kernel_log,
}
