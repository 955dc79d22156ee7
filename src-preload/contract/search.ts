/** Whether every word of a search occurs: one rule for what the window holds and what only the backend has. */
export function hasEveryWord(text: string, search: string): boolean {
  const within = text.toLocaleLowerCase()
  return search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word))
}
