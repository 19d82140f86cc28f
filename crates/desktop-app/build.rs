//! Compiles the window. Debug information lets tests find elements by name.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let configuration = slint_build::CompilerConfiguration::new().with_style("fluent".into()).with_debug_info(true);
    slint_build::compile_with_config("ui/window.slint", configuration)?;
    Ok(())
}
