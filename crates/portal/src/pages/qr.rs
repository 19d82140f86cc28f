//! QR codes: black on white with quiet zone, as a picture in the page and as a file to keep.

use crate::AppError;
use qrcode::{
    Color, EcLevel, bits,
    canvas::{Canvas, MaskPattern},
    ec,
};
use std::fmt::Write;

/// Empty modules around the code (ISO/IEC 18004).
const QUIET: usize = 4;
/// Pixels per module in the file.
const SCALE: usize = 12;

struct Modules {
    dark: Vec<bool>,
    width: usize,
}

/// How much may be unreadable: 15 %.
const LEVEL: EcLevel = EcLevel::M;
/// Which mask a code uses stands in the code itself, so readers take each of the eight. Comparing them all was a quarter of
/// the server's time, for links of which half is chance and looks alike under every mask.
const MASK: MaskPattern = MaskPattern::Checkerboard;

fn modules(text: &str) -> Result<Modules, AppError> {
    let bits = bits::encode_auto(text.as_bytes(), LEVEL).map_err(AppError::internal)?;
    let version = bits.version();
    let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, LEVEL).map_err(AppError::internal)?;
    let mut canvas = Canvas::new(version, LEVEL);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas.apply_mask(MASK);
    let width = usize::try_from(version.width()).map_err(AppError::internal)?;
    Ok(Modules { dark: canvas.into_colors().into_iter().map(|color| color == Color::Dark).collect(), width })
}

impl Modules {
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = (QUIET..QUIET + self.width).contains(&x) && (QUIET..QUIET + self.width).contains(&y);
        inside && self.dark.get((y - QUIET) * self.width + (x - QUIET)).copied().unwrap_or(false)
    }
    fn side(&self) -> usize {
        self.width + 2 * QUIET
    }
}

/// An `<svg>` element with a name for screen readers. `label` is our own text and is escaped all the same.
pub(super) fn svg(text: &str, label: &str) -> Result<String, AppError> {
    let modules = modules(text)?;
    let side = modules.side();
    let mut path = String::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side).take_while(|x| modules.is_dark(*x, y)).count();
            if run > 0 {
                write!(path, "M{x} {y}h{run}v1h-{run}z").map_err(AppError::internal)?;
            }
            x += run.max(1);
        }
    }
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Ok(format!(
        "<svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#ffffff\"/><path d=\"{path}\" fill=\"#000000\"/></svg>"
    ))
}

/// Lines of characters for a terminal, two rows of modules in each. Dark modules are drawn: for black on white.
pub fn lines(text: &str) -> Result<Vec<String>, AppError> {
    let modules = modules(text)?;
    let side = modules.side();
    let line = |y: usize| {
        let half = |x: usize| match (modules.is_dark(x, y), modules.is_dark(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..side).map(half).collect()
    };
    Ok((0..side).step_by(2).map(line).collect())
}

/// A PNG, one bit per pixel.
pub(super) fn png(text: &str) -> Result<Vec<u8>, AppError> {
    let modules = modules(text)?;
    let pixels = modules.side() * SCALE;
    let mut rows = Vec::with_capacity(pixels * pixels.div_ceil(8));
    for y in 0..pixels {
        for byte in 0..pixels.div_ceil(8) {
            let white = |bit: usize| !modules.is_dark((byte * 8 + bit) / SCALE, y / SCALE);
            rows.push((0..8).fold(0_u8, |bits, bit| bits << 1 | u8::from(white(bit))));
        }
    }
    let side = u32::try_from(pixels).map_err(AppError::internal)?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(AppError::internal)?;
    writer.write_image_data(&rows).map_err(AppError::internal)?;
    writer.finish().map_err(AppError::internal)?;
    Ok(file)
}
