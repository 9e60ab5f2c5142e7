/* Data files of the static site, unpacked: packing.py says how they are written. */
"use strict";

/** Reads the numbers of packing.py. */
function siteNumbers(bytes) {
  let at = 0;
  return {
    isMore: () => at < bytes.length,
    next: () => {
      let value = 0, scale = 1, byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte & 128);
      return value;
    },
  };
}

/** The bytes of base 85 as Python's base64.b85encode writes it: five characters for four bytes. */
function siteBytes(text) {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
  const value = new Uint8Array(128);
  Array.from(digits, (digit, index) => (value[digit.charCodeAt(0)] = index));
  const words = new DataView(new ArrayBuffer((text.length / 5) * 4));
  for (let at = 0, word = 0; at < text.length; word += 4) {
    let sum = 0;
    for (const end = at + 5; at < end; at++) {
      sum = sum * 85 + value[text.charCodeAt(at)];
    }
    words.setUint32(word, sum);
  }
  return words.buffer;
}

/** A data file's string, unpacked: {head, body}. packing.py wrote it. */
async function siteUnpacked(packed) {
  const stream = new Blob([siteBytes(packed)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = 4 + new DataView(all.buffer).getUint32(0, true);
  return {head: JSON.parse(new TextDecoder().decode(all.subarray(4, end))), body: all.subarray(end)};
}
