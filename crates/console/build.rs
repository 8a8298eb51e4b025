//! Tells cargo that a release holds the files of the console. Never: builds them; `cargo xtask web` does.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A development build reads them from disk, and need not be compiled anew for a word on a page.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
}
