//! Makes the cfgs that tell CPython versions apart (`Py_3_12`, …).
fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
