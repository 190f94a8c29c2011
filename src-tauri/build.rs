//! Prepares the embedded UI folder, the window's permissions and the linker.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all("ui/dist")?;
    println!("cargo:rerun-if-changed=ui/dist");
    // The executable would otherwise export SQLCipher's `sqlite3_*`, and WebKit's libsoup binds to them.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/*.json")
            .app_manifest(tauri_build::AppManifest::new().commands(&["call"])),
    )?;
    Ok(())
}
