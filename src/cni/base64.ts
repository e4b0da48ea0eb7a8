/** A text as Go writes it where it holds bytes in JSON: base64 with padding. */
export function toBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** The text of {@link toBase64}; what is not base64 gives a text that is not what was meant, and no JSON. */
export function fromBase64(bytes: string): string {
  return Buffer.from(bytes, 'base64').toString('utf8')
}
