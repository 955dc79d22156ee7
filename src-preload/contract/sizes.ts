/** How sizes are written, for whoever shows them: the window's page and the shell. */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/**
 * 1,234,567 → 1.2 MB, in powers of 1024; two digits at least from a kilobyte on.
 * @param format writes a number with its unit as the language does
 */
export function writtenBytes(
  sizeBytes: number,
  format: (
    value: number,
    options: { style: 'unit'; unit: string; unitDisplay: 'long' | 'short'; maximumFractionDigits: number },
  ) => string,
): string {
  const power = sizeBytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(sizeBytes) / Math.log(1024)))
  const value = sizeBytes / 1024 ** power
  return format(value, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 0 && value < 10 ? 1 : 0,
  })
}
