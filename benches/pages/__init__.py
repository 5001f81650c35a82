"""The pages that figures go to, a module each: `text(lines)` and `charts(lines)`."""
