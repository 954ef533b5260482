// WebM or MP4 into OGG/Opus. Opus is copied as it is; other codecs are encoded anew where the browser can.
import { BlobSource, BufferTarget, Conversion, Input, MP4, OggOutputFormat, Output, WEBM } from "mediabunny";

export async function toOgg(blob) {
  const target = new BufferTarget();
  const input = new Input({ source: new BlobSource(blob), formats: [WEBM, MP4] });
  const output = new Output({ format: new OggOutputFormat(), target });
  const conversion = await Conversion.init({ input, output, audio: { codec: "opus", numberOfChannels: 1 }, video: { discard: true } });
  if (!conversion.isValid) throw new Error("this sound can not become OGG");
  await conversion.execute();
  return new Blob([target.buffer], { type: "audio/ogg" });
}
