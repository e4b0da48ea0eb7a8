/** What was read of a pipe. */
export type Output = {
  /** Takes what was read; false once there is more than the limit. */
  readonly add: (chunk: Uint8Array) => boolean
  /** What is kept, as text. */
  readonly text: () => string
}

/** Keeps the first `limit` bytes. */
export function firstBytes(limit: number): Output {
  const chunks: Uint8Array[] = []
  let length = 0
  const add = (chunk: Uint8Array): boolean => {
    if (length < limit) chunks.push(chunk)
    length += chunk.length
    return length <= limit
  }
  return { add, text: () => Buffer.concat(chunks).toString('utf8', 0, limit) }
}

/** Keeps the last `limit` bytes. */
export function lastBytes(limit: number): Output {
  const chunks: Uint8Array[] = []
  let length = 0
  const add = (chunk: Uint8Array): boolean => {
    chunks.push(chunk)
    length += chunk.length
    for (let first = chunks[0]; first && length - first.length >= limit; first = chunks[0]) {
      length -= first.length
      chunks.shift()
    }
    return length <= limit
  }
  return { add, text: () => Buffer.concat(chunks).subarray(-limit).toString('utf8') }
}
