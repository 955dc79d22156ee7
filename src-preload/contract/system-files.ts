const systemFiles = new Set(['thumbs.db', 'desktop.ini', '$recycle.bin', 'system volume information'])

/** What a system made for itself, and whatever it hides: no text of a person's, in a folder that a page or the backend walks. */
export const isSystemFile = (name: string): boolean => name.startsWith('.') || systemFiles.has(name.toLowerCase())
