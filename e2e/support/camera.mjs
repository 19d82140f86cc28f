// What the phone's camera films: a screenshot of the QR code, as a short motion-JPEG that Chromium plays as its camera.
// Chromium opens the file anew whenever a page starts the camera, so replacing it is pointing the camera elsewhere.
import { renameSync, writeFileSync } from 'node:fs';
import { run } from './run.mjs';

const film = (input, filter, file) =>
  run('ffmpeg', ['-y', '-loglevel', 'error', ...input, '-vf', `${filter},format=yuvj420p`, '-t', '1', '-r', '5', '-c:v', 'mjpeg', '-q:v', '3', '-f', 'mjpeg', `${file}.new`])
    .then(() => renameSync(`${file}.new`, file));

/** A grey wall: no QR code in sight. */
export const filmNothing = (file) => film(['-f', 'lavfi', '-i', 'color=gray:s=640x480'], 'null', file);

/** Films one element of a page as it is on the screen now; a lens is never pixel-sharp. */
export async function filmElement(locator, file) {
  await locator.scrollIntoViewIfNeeded();
  const picture = `${file}.png`;
  writeFileSync(picture, await locator.screenshot());
  await film(['-loop', '1', '-i', picture], 'scale=420:420:force_original_aspect_ratio=decrease:flags=bicubic,gblur=sigma=1,pad=640:480:(ow-iw)/2:(oh-ih)/2:gray', file);
}
