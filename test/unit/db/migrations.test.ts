import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../../src-main/backend/db/migrate'
import { migrations } from '../../../src-main/backend/db/migrations/all'
import type { Schema } from '../../../src-main/backend/db/schema'

/** A run as versions 14 to 17 wrote it: the columns that have no default. */
const runIn = (state: string): string => `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at)
VALUES ('r', 'a', '${state}', 'gpt', 'c', 'c', '{}', 65, 1000, 10, 20, 1)`

/** Rows as the version before wrote them, by version; each migration must carry them over. */
const oldRows: Readonly<Record<number, { insert: string; check: (raw: Sqlite.Database) => void }>> = {
  1: {
    // Before the first version there is an empty file.
    insert: '',
    check: (raw) => {
      expect(raw.prepare('SELECT count(*) AS n FROM runs').get()).toEqual({ n: 0 })
    },
  },
  2: {
    insert: `INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size,
               train_tokens, parameter_count, max_steps, created_at)
             VALUES ('r', 'old', 'done', 'gpt', 'c', 'text', '{}', 23, 100, 7, 10, 1)`,
    check: (raw) => {
      expect(raw.prepare('SELECT name FROM runs').all()).toEqual([{ name: 'old' }])
      expect(raw.prepare('SELECT count(*) AS n FROM rollbacks').get()).toEqual({ n: 0 })
    },
  },
  3: {
    insert: `INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
      parameter_count, max_steps, engine, created_at)
      VALUES ('run_00000000', 'a', 'done', 'gpt', 'c_00000000', 'text', '{}', 512, 1, 1, 1, 'tensorflow', 1)`,
    check: (raw) => {
      expect(raw.prepare('SELECT engine FROM runs').pluck().all()).toEqual(['tensorflow'])
    },
  },
  4: {
    insert: `INSERT INTO corpora (corpus_id, name, state, created_at) VALUES ('c', 'text', 'ready', 1);
      INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
        parameter_count, max_steps, created_at) VALUES ('r', 'run', 'done', 'lstm', 'c', 'text', '{}', 9, 9, 9, 9, 1)`,
    check: (raw) => {
      expect(raw.prepare('SELECT name, model FROM runs').all()).toEqual([{ name: 'run', model: 'lstm' }])
    },
  },
  5: {
    insert: `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at)
VALUES ('run_00000004', 'a', 'done', 'gpt', 'c_00000001', 'c', '{}', 65, 1000, 10, 20, 1);
INSERT INTO tiers (run_id, step, tier) VALUES ('run_00000004', 7, 'xla')`,
    check: (raw) => {
      expect(raw.prepare('SELECT step, tier, precision, timings_json FROM tiers').all()).toEqual([
        { step: 7, tier: 'xla', precision: 'float32', timings_json: '[]' },
      ])
    },
  },
  6: {
    insert: `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at)
VALUES ('run_00000004', 'a', 'done', 'gpt', 'c_00000001', 'c', '{}', 65, 1000, 10, 20, 1);
INSERT INTO rollbacks (run_id, position, step, to_step, learning_rate_factor) VALUES ('run_00000004', 0, 9, 5, 0.5)`,
    check: (raw) => {
      expect(raw.prepare('SELECT step, to_step, accumulation FROM rollbacks').all()).toEqual([
        { step: 9, to_step: 5, accumulation: null },
      ])
    },
  },
  7: {
    insert: `
INSERT INTO corpora (corpus_id, name, state, created_at, source_hash) VALUES ('c', 'text', 'ready', 1, 'hash');
INSERT INTO tokenizers VALUES ('c', 'bpe', 512, 'hash', '{}', 1);
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, engine, notes, seq, wanted, created_at)
VALUES ('r', 'a', 'running', 'modern', 'c', 'text', '{}', 65, 1000, 10, 20, 'cuda', 'a note', 9, 'paused', 1);
INSERT INTO steps VALUES ('r', 1, 1, 768, 40, 5.5, 1, 0.001, 20000, 5000);
INSERT INTO checkpoints VALUES ('r', 'last', 1, NULL, 1, 1);
INSERT INTO tiers VALUES ('r', 1, 'xla', 'bfloat16', '[1]');
INSERT INTO conversations VALUES ('talk', 'a', 'r', 1, 1, NULL);
INSERT INTO messages VALUES ('m', 'talk', 1, 'model', 'Hi', 1, 'r', 'last', 1, 7, 2, 9.5, 'length')`,
    check: (raw) => {
      const rowsOf = (table: string): number => raw.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
      const tables = ['corpora', 'tokenizers', 'runs', 'steps', 'checkpoints', 'tiers', 'conversations', 'messages']
      expect(tables.map(rowsOf)).toEqual(tables.map(() => 1))
      expect(raw.prepare('SELECT model, engine, notes, seq, wanted, step FROM runs').get()).toEqual({
        ...{ model: 'modern', engine: 'cuda', notes: 'a note', seq: 9, wanted: 'paused', step: 0 },
      })
      expect(raw.prepare('SELECT tier, precision, timings_json FROM tiers').get()).toEqual({
        ...{ tier: 'xla', precision: 'bfloat16', timings_json: '[1]' },
      })
      expect(raw.prepare('SELECT text, checkpoint, tokens_per_second, end_reason FROM messages').get()).toEqual({
        ...{ text: 'Hi', checkpoint: 'last', tokens_per_second: 9.5, end_reason: 'length' },
      })
      // Rows still go with their parent, and a conversation outlives its model.
      raw.exec("DELETE FROM runs; DELETE FROM corpora WHERE corpus_id = 'c'")
      expect(tables.map(rowsOf)).toEqual([0, 0, 0, 0, 0, 0, 1, 1])
      expect(raw.prepare('SELECT run_id FROM conversations').get()).toEqual({ run_id: null })
    },
  },
  8: {
    insert: `
INSERT INTO corpora (corpus_id, name, state, created_at, source_hash, deleted_at)
VALUES ('c1', 'here', 'ready', 1, 'hash', NULL), ('c2', 'in the trash', 'ready', 1, NULL, 7);
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at, deleted_at)
VALUES ('r1', 'a', 'paused', 'gpt', 'c1', 'here', '{}', 65, 1000, 10, 20, 1, NULL),
  ('r2', 'b', 'done', 'gpt', 'gone', 'gone', '{}', 65, 1000, 10, 20, 1, 7);
INSERT INTO conversations VALUES ('talk', 'a', 'r1', 1, 1, 7)`,
    check: (raw) => {
      expect(raw.prepare('SELECT corpus_id, source_hash, source_bytes, deleted_at FROM corpora').all()).toEqual([
        { corpus_id: 'c1', source_hash: 'hash', source_bytes: null, deleted_at: null },
        { corpus_id: 'c2', source_hash: null, source_bytes: null, deleted_at: 7 },
      ])
      expect(raw.prepare('SELECT run_id, source_hash, deleted_at FROM runs').all()).toEqual([
        { run_id: 'r1', source_hash: 'hash', deleted_at: null },
        { run_id: 'r2', source_hash: null, deleted_at: 7 },
      ])
      expect(raw.prepare('SELECT run_id, run_name, deleted_at FROM conversations').all()).toEqual([
        { run_id: 'r1', run_name: null, deleted_at: 7 },
      ])
    },
  },
  9: {
    insert: `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at)
VALUES ('r', 'a', 'done', 'gpt', 'c', 'c', '{}', 65, 1000, 10, 20, 1), ('s', 'b', 'done', 'gpt', 'c', 'c', '{}', 65, 1000, 10, 20, 1);
INSERT INTO checkpoints VALUES ('r', 'last', 1, NULL, 1, 1)`,
    check: (raw) => {
      const revisions = (): unknown => raw.prepare('SELECT run_id, revision FROM runs ORDER BY run_id').raw().all()
      expect(revisions()).toEqual(expect.arrayContaining([['r', 1]]))
      raw.exec("UPDATE runs SET step = 5 WHERE run_id = 's'")
      expect(revisions()).toEqual([
        ['r', 1],
        ['s', 2],
      ])
      raw.exec("REPLACE INTO checkpoints VALUES ('r', 'last', 2, NULL, 1, 1)")
      expect(revisions()).toEqual([
        ['r', 3],
        ['s', 2],
      ])
      raw.exec("DELETE FROM runs WHERE run_id = 'r'")
      expect(raw.prepare("SELECT last, purged FROM revisions WHERE topic = 'runs'").raw().get()).toEqual([3, 3])
      raw.exec(`INSERT INTO settings VALUES ('theme', '"dark"')`)
      expect(raw.prepare("SELECT last FROM revisions WHERE topic = 'settings'").pluck().get()).toBe(2)
    },
  },
  10: {
    insert: `
INSERT INTO corpora (corpus_id, name, state, created_at, documents_json, document_count) VALUES
  ('c_00000007', 'a', 'ready', 1, '[{"name":"a","problem":null},{"name":"b","problem":{"code":"corpus.emptyFile"}}]', 1),
  ('c_00000008', 'b', 'ready', 1, '[]', 0)`,
    check: (raw) => {
      expect(raw.prepare('SELECT left_out, repaired, lost, dismissed FROM corpora ORDER BY corpus_id').all()).toEqual([
        { left_out: 1, repaired: 0, lost: 0, dismissed: 0 },
        { left_out: 0, repaired: 0, lost: 0, dismissed: 0 },
      ])
    },
  },
  11: {
    insert: `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at, wanted, trained_ms)
VALUES ('run_00000004', 'a', 'running', 'gpt', 'c_00000001', 'c', '{}', 65, 1000, 10, 20, 1, 'paused', 90)`,
    check: (raw) => {
      expect(raw.prepare('SELECT wanted, wanted_at, trained_ms, trained_at FROM runs').all()).toEqual([
        { wanted: 'paused', wanted_at: null, trained_ms: 90, trained_at: null },
      ])
    },
  },
  12: {
    insert: `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at)
VALUES ('r', 'a', 'paused', 'gpt', 'c_00000001', 'c', '{}', 65, 1000, 10, 20, 1);
INSERT INTO checkpoints VALUES ('r', 'best', 5, 2.5, 7, 9), ('r', 'last', 8, NULL, 7, 9)`,
    check: (raw) => {
      const revision = (): unknown => raw.prepare('SELECT revision FROM runs').pluck().get()
      const before = revision()
      raw.exec("INSERT INTO checkpoints VALUES ('r', 'last', 12, NULL, 8, 9)")
      expect(revision()).toBeGreaterThan(before as number)
      expect(raw.prepare('SELECT kind, step, val_loss_nats FROM checkpoints ORDER BY step').all()).toEqual([
        { kind: 'best', step: 5, val_loss_nats: 2.5 },
        { kind: 'last', step: 8, val_loss_nats: null },
        { kind: 'last', step: 12, val_loss_nats: null },
      ])
      expect(raw.prepare('SELECT resumed_json FROM runs').all()).toEqual([{ resumed_json: null }])
      raw.exec('DELETE FROM runs')
      expect(raw.prepare('SELECT count(*) FROM checkpoints').pluck().get()).toBe(0)
    },
  },
  13: {
    insert: `
INSERT INTO runs (run_id, name, state, model, corpus_id, corpus_name, config_json, vocab_size, train_tokens,
  parameter_count, max_steps, created_at)
VALUES ('r', 'a', 'done', 'gpt', 'c', 'c', '{}', 65, 1000, 10, 20, 1), ('s', 'b', 'done', 'gpt', 'c', 'c', '{}', 65, 1000, 10, 20, 1);
INSERT INTO steps SELECT run_id, value, value, 768, 40, 100 - value, 1, 0.001, 20000, 5000
FROM runs, json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]') WHERE run_id = 'r'`,
    check: (raw) => {
      expect(raw.prepare('SELECT * FROM step_buckets').raw().all()).toEqual([
        ['r', 1, 8, 92, 99],
        ['r', 1, 16, 84, 91],
      ])
      expect(raw.prepare('SELECT count(*) FROM steps').pluck().get()).toBe(17)
    },
  },
  14: {
    insert: `
INSERT INTO conversations (conversation_id, title, created_at, updated_at) VALUES ('talk_a', 'a', 1, 1), ('talk_b', 'b', 1, 1);
INSERT INTO messages (message_id, conversation_id, position, role, text, at) VALUES
  ('m1', 'talk_a', 1, 'person', 'Once', 1), ('m4', 'talk_b', 2, 'person', 'There', 1),
  ('m2', 'talk_a', 3, 'model', ' upon', 1), ('m3', 'talk_a', 4, 'person', ' a time', 1)`,
    check: (raw) => {
      const rows = raw.prepare('SELECT message_id, parent_id, chosen, run_name FROM messages ORDER BY message_id')
      expect(rows.raw().all()).toEqual([
        ['m1', null, 1, null],
        ['m2', 'm1', 1, null],
        ['m3', 'm2', 1, null],
        ['m4', null, 1, null],
      ])
      // A page goes with all its versions, in whatever order they lie.
      raw.exec("DELETE FROM conversations WHERE conversation_id = 'talk_a'")
      expect(raw.prepare('SELECT message_id FROM messages').pluck().all()).toEqual(['m4'])
    },
  },
  15: {
    insert: runIn('done'),
    check: (raw) => {
      expect(raw.prepare('SELECT name, parent_json FROM runs').all()).toEqual([{ name: 'a', parent_json: null }])
    },
  },
  16: {
    insert: runIn('queued'),
    check: (raw) => {
      expect(raw.prepare('SELECT name, queue_position FROM runs').all()).toEqual([{ name: 'a', queue_position: null }])
    },
  },
  17: {
    insert: runIn('done'),
    check: (raw) => {
      const rows = raw.prepare('SELECT max_steps, extensions_json FROM runs').all()
      expect(rows).toEqual([{ max_steps: 20, extensions_json: null }])
    },
  },
  18: {
    insert: runIn('paused'),
    check: (raw) => {
      expect(raw.prepare('SELECT train_tokens, tokens_hash FROM runs').get()).toEqual({
        ...{ train_tokens: 1000, tokens_hash: null },
      })
    },
  },
  19: {
    insert: runIn('done'),
    check: (raw) => {
      expect(raw.prepare('SELECT name, split FROM runs').all()).toEqual([{ name: 'a', split: 'lastTenth' }])
    },
  },
}

const versionOf = (raw: Sqlite.Database): unknown => raw.pragma('user_version', { simple: true })

describe('migrations', () => {
  it('are numbered without gaps', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1))
  })

  it.each(migrations)('$version carries old rows over', ({ version }) => {
    const old = oldRows[version]
    if (old === undefined) throw new Error(`no old rows for migration ${version}`)
    const raw = new Sqlite(':memory:')
    const before = migrations.filter((migration) => migration.version < version)
    migrate(raw, before)
    expect(versionOf(raw)).toBe(version - 1)
    if (old.insert !== '') raw.exec(old.insert)
    migrate(raw, migrations)
    expect(versionOf(raw)).toBe(migrations.length)
    old.check(raw)
    expect(raw.pragma('foreign_key_check')).toEqual([])
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('leave the old version and its rows when one fails halfway', () => {
    const raw = new Sqlite(':memory:')
    const first = { version: 1, sql: 'CREATE TABLE a (x); INSERT INTO a VALUES (7)' }
    migrate(raw, [first])
    const broken = { version: 2, sql: 'DROP TABLE a; CREATE TABLE nonsense' }
    expect(() => {
      migrate(raw, [first, broken])
    }).toThrow()
    expect(versionOf(raw)).toBe(1)
    expect(raw.prepare('SELECT x FROM a').get()).toEqual({ x: 7 })
  })

  it('leave the old version and its rows when one would take the parent of a row away', () => {
    const raw = new Sqlite(':memory:')
    const first = {
      version: 1,
      sql: `CREATE TABLE parent (id PRIMARY KEY); INSERT INTO parent VALUES (1);
        CREATE TABLE child (id REFERENCES parent ON DELETE CASCADE); INSERT INTO child VALUES (1)`,
    }
    const careless = { version: 2, sql: 'DROP TABLE parent; CREATE TABLE parent (id PRIMARY KEY)' }
    migrate(raw, [first])
    expect(() => {
      migrate(raw, [first, careless])
    }).toThrow('child')
    expect(versionOf(raw)).toBe(1)
    expect(raw.prepare('SELECT count(*) FROM child').pluck().get()).toBe(1)
    expect(raw.pragma('foreign_keys', { simple: true })).toBe(1)
  })

  it('leave no list of values in the schema: those grow with features, and each would be a migration', () => {
    const raw = new Sqlite(':memory:')
    migrate(raw, migrations)
    expect(raw.prepare("SELECT name FROM sqlite_schema WHERE sql GLOB '*CHECK (*'").all()).toEqual([])
  })

  it('are applied once', () => {
    const raw = new Sqlite(':memory:')
    migrate(raw, migrations)
    migrate(raw, migrations)
    expect(versionOf(raw)).toBe(migrations.length)
  })

  it('make the tables and columns that the code is typed with', () => {
    const raw = new Sqlite(':memory:')
    migrate(raw, migrations)
    const columns = (table: string): string[] =>
      (raw.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name).sort()
    // Typed by the schema: a column that is missing here does not compile.
    const typed: { [T in keyof Schema]: Record<keyof Schema[T], true> } = {
      corpora: {
        corpus_id: true,
        name: true,
        state: true,
        created_at: true,
        documents_json: true,
        document_count: true,
        counts_json: true,
        error_json: true,
        source_hash: true,
        source_bytes: true,
        owner_pid: true,
        owner_token: true,
        deleted_at: true,
        left_out: true,
        repaired: true,
        lost: true,
        dismissed: true,
      },
      tokenizers: { corpus_id: true, kind: true, vocab_size: true, hash: true, facts_json: true, created_at: true },
      runs: {
        run_id: true,
        name: true,
        state: true,
        model: true,
        corpus_id: true,
        corpus_name: true,
        source_hash: true,
        config_json: true,
        vocab_size: true,
        train_tokens: true,
        parameter_count: true,
        step: true,
        max_steps: true,
        best_val_loss_nats: true,
        train_loss_nats: true,
        tokens_per_second: true,
        engine: true,
        engine_version: true,
        created_at: true,
        started_at: true,
        ended_at: true,
        trained_ms: true,
        trained_at: true,
        notes: true,
        error_json: true,
        resumed_json: true,
        parent_json: true,
        queue_position: true,
        extensions_json: true,
        tokens_hash: true,
        split: true,
        seq: true,
        owner_pid: true,
        owner_token: true,
        job_pid: true,
        job_token: true,
        wanted: true,
        wanted_at: true,
        deleted_at: true,
        revision: true,
      },
      steps: {
        run_id: true,
        seq: true,
        step: true,
        tokens: true,
        elapsed_ms: true,
        loss_nats: true,
        grad_norm: true,
        learning_rate: true,
        tokens_per_second: true,
        memory_bytes: true,
      },
      step_buckets: { run_id: true, level: true, last_seq: true, min_loss_nats: true, max_loss_nats: true },
      evals: {
        run_id: true,
        seq: true,
        step: true,
        tokens: true,
        elapsed_ms: true,
        val_loss_nats: true,
        perplexity: true,
        bits_per_byte: true,
        accuracy: true,
      },
      checkpoints: { run_id: true, kind: true, step: true, val_loss_nats: true, saved_at: true, size_bytes: true },
      samples: { run_id: true, seq: true, step: true, prompt: true, text: true, at: true },
      tiers: { run_id: true, step: true, tier: true, precision: true, timings_json: true },
      rollbacks: {
        run_id: true,
        position: true,
        step: true,
        to_step: true,
        learning_rate_factor: true,
        accumulation: true,
      },
      conversations: {
        conversation_id: true,
        title: true,
        run_id: true,
        run_name: true,
        created_at: true,
        updated_at: true,
        deleted_at: true,
      },
      messages: {
        message_id: true,
        conversation_id: true,
        position: true,
        parent_id: true,
        chosen: true,
        role: true,
        text: true,
        at: true,
        run_id: true,
        run_name: true,
        checkpoint: true,
        step: true,
        seed: true,
        tokens: true,
        tokens_per_second: true,
        end_reason: true,
      },
      settings: { key: true, value_json: true },
      revisions: { topic: true, last: true, purged: true },
    }
    for (const [table, names] of Object.entries(typed)) expect(columns(table), table).toEqual(Object.keys(names).sort())
  })
})
