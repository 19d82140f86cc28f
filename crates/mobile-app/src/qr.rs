//! Finding a QR code in a picture.

use rqrr::PreparedImage;

/// Our codes have about 45 modules on a side; smoothing over three eighths of a module takes specks away and leaves modules.
const SIDE_PER_RADIUS: i32 = 120;

/// A grey picture, one byte per pixel, row by row.
pub struct Grey {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Brightness, 0 black to 255 white.
    pub pixels: Vec<u8>,
}

impl Grey {
    /// From the four bytes per pixel of a canvas, by the usual weights of red, green and blue.
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Self {
        let grey = |p: &[u8]| ((u32::from(p[0]) * 77 + u32::from(p[1]) * 150 + u32::from(p[2]) * 29) >> 8) as u8;
        Self { width, height, pixels: rgba.chunks_exact(4).map(grey).collect() }
    }

    /// The text of the first code that `is_ours`; else of any code at all, so that a person hears what is wrong with it.
    ///
    /// One speck on a timing pattern makes the decoder count one module too many and fail, however good the rest is;
    /// so a code that is seen but not read is tried again smoothed.
    pub fn find(&self, is_ours: impl Fn(&str) -> bool) -> Option<String> {
        if self.width == 0 || self.pixels.len() < self.width * self.height {
            return None;
        }
        let sharp = self.read(0, &is_ours);
        if sharp.text.is_some() || sharp.side == 0 {
            return sharp.text;
        }
        let radius = usize::try_from(sharp.side / SIDE_PER_RADIUS).unwrap_or_default();
        [radius, radius + 1, radius.saturating_sub(1)]
            .into_iter()
            .filter(|radius| *radius > 0)
            .find_map(|radius| self.read(radius, &is_ours).text)
    }

    fn read(&self, radius: usize, is_ours: &impl Fn(&str) -> bool) -> Seen {
        let pixels = self.smooth(radius);
        let at = |x: usize, y: usize| pixels[y * self.width + x];
        let mut image = PreparedImage::prepare_from_greyscale(self.width, self.height, at);
        let mut seen = Seen { text: None, side: 0 };
        for grid in image.detect_grids() {
            let [first, second, ..] = grid.bounds;
            seen.side = seen.side.max((first.x - second.x).abs()).max((first.y - second.y).abs());
            if let Ok((_, text)) = grid.decode() {
                let ours = is_ours(&text);
                seen.text = Some(text);
                if ours {
                    break;
                }
            }
        }
        seen
    }

    /// The mean of a square around each pixel: first along rows, then along columns.
    fn smooth(&self, radius: usize) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        if radius == 0 {
            return self.pixels.clone();
        }
        let along_rows: Vec<u8> = self.pixels.chunks_exact(width).flat_map(|row| means(row, radius)).collect();
        let mut smoothed = vec![0; width * height];
        let mut column = Vec::with_capacity(height);
        for x in 0..width {
            column.clear();
            column.extend(along_rows.iter().skip(x).step_by(width).take(height));
            for (y, mean) in means(&column, radius).into_iter().enumerate() {
                smoothed[y * width + x] = mean;
            }
        }
        smoothed
    }
}

/// What one look gave.
struct Seen {
    /// The text of a code that was read.
    text: Option<String>,
    /// Side of the largest code that was seen, read or not, in pixels; 0 for none.
    side: i32,
}

/// The mean of each value and its `radius` neighbours on both sides, fewer at the ends.
fn means(line: &[u8], radius: usize) -> Vec<u8> {
    let mut sums = Vec::with_capacity(line.len() + 1);
    sums.push(0_u32);
    for value in line {
        sums.push(sums.last().copied().unwrap_or_default() + u32::from(*value));
    }
    (0..line.len())
        .map(|at| {
            let (from, to) = (at.saturating_sub(radius), (at + radius + 1).min(line.len()));
            // A mean of bytes is a byte; a line of pixels is far below the 16 million that a sum can hold.
            ((sums[to] - sums[from]) / (to - from).max(1) as u32) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests;
