/** Writes to the end. @returns what that comes to, and the bytes that were told of on the way */
export async function written<T extends object>(writing: AsyncGenerator<number, T>): Promise<T & { told: number[] }> {
  const told: number[] = []
  for (;;) {
    const next = await writing.next()
    if (next.done === true) return { ...next.value, told }
    told.push(next.value)
  }
}
