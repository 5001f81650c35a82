"""A directory laid out as Kubernetes lays out a mounted ConfigMap or Secret."""

from __future__ import annotations


class Mounted:
    """Files of one generation at a time, each behind a link of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.number = 0

    def publish(self, contents, *, keep_old=False):
        old = self.folder / f"..{self.number}"
        self.number += 1
        target = self.folder / f"..{self.number}"
        target.mkdir()
        for name, content in contents.items():
            (target / name).write_text(content)
        link = self.folder / "..data_tmp"
        link.symlink_to(target.name)
        link.rename(self.folder / "..data")
        for name in contents:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        if old.is_dir() and not keep_old:
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
