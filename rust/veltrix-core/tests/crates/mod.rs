//! Where cargo has put the crates that carry a conformance suite.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of a crate's sources.
pub fn folder(name: &str) -> PathBuf {
    let ran = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    let metadata: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let mut packages = metadata["packages"].as_array().expect("packages").iter();
    let package = packages.find(|package| package["name"] == name).expect("the crate");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a folder").to_path_buf()
}
