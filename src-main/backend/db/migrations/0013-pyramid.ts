import type { Migration } from './migration'

/** Eight of what lies below make one bucket; the rows or buckets that do not fill one wait there. */
const level = (n: number, of: string, low: string, high: string): string => `
INSERT INTO step_buckets
SELECT run_id, ${n}, max(seq), min(low), max(high) FROM (
  SELECT run_id, seq, low, high, (row_number() OVER (PARTITION BY run_id ORDER BY seq) - 1) / 8 AS bucket
  FROM (SELECT run_id, ${low} AS low, ${high} AS high, ${of})
) GROUP BY run_id, bucket HAVING count(*) = 8;`

/** Curves of runs that are there already, thinned as those of new ones are while they are recorded (db/pyramid.ts). */
export const pyramid: Migration = {
  version: 13,
  sql: `
CREATE TABLE step_buckets (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  level INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  min_loss_nats REAL NOT NULL,
  max_loss_nats REAL NOT NULL,
  PRIMARY KEY (run_id, level, last_seq)
) STRICT, WITHOUT ROWID;
${level(1, 'seq FROM steps', 'loss_nats', 'loss_nats')}
${[2, 3, 4, 5]
  .map((n) => level(n, `last_seq AS seq FROM step_buckets WHERE level = ${n - 1}`, 'min_loss_nats', 'max_loss_nats'))
  .join('')}
`,
}
