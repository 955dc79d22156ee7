// Folder decides place: who may import whom (docs/architecture.md, "Allowed imports").
const rule = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src-', pathNot: [from, ...allowed] },
})
const contract = '^src-preload/contract/'

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans-from-test', severity: 'error', from: { path: '^src-' }, to: { path: '^test/' } },
    rule('contract-imports-nothing', '^src-preload/contract/', [], 'The contract is pure data.'),
    rule('preload-to-contract', '^src-preload/preload', [contract], ''),
    rule(
      'plan-to-contract',
      '^src-main/plan/',
      [contract, '^src-main/engine/model/'],
      'Pure derivations shared by services and engine; what a network is, its architecture says.',
    ),
    rule(
      'model-to-ops',
      '^src-main/engine/model/',
      [contract, '^src-main/engine/(ops|random)\\.ts'],
      'An architecture knows what it may ask for, no engine and no library of tensors.',
    ),
    {
      name: 'model-without-tensors',
      severity: 'error',
      comment: 'Whoever plans reads the tables of an architecture without loading a library.',
      from: { path: '^src-main/engine/model/' },
      to: { path: 'node_modules/(@tensorflow|koffi)', dependencyTypesNot: ['type-only'] },
    },
    rule('page-to-contract', '^src-main/page/', [contract], ''),
    rule(
      'engine-to-contract',
      '^src-main/engine/',
      [contract, '^src-main/plan/', '^src-main/backend/jobs/protocol'],
      'Tensors live only in the engine.',
    ),
    rule('db-to-contract', '^src-main/backend/db/', [contract], ''),
    rule('jobs-to-contract', '^src-main/backend/jobs/', [contract, '^src-main/plan/'], ''),
    rule('services', '^src-main/backend/services/', [contract, '^src-main/plan/', '^src-main/backend/(db|jobs)/'], ''),
    rule('rpc', '^src-main/backend/rpc/', [contract, '^src-main/page/', '^src-main/backend/services/'], ''),
    rule('shell', '^src-main/shell/', [contract, '^src-main/page/'], 'The shell knows no native module and no tensor.'),
    rule('renderer', '^src-renderer/', [contract], ''),
    {
      name: 'renderer-stores',
      severity: 'error',
      from: { path: '^src-renderer/(stores|composables)/' },
      to: { path: '^src-renderer/(components|views)/' },
    },
    {
      name: 'renderer-components-not-api',
      severity: 'error',
      comment: 'Components and views talk to stores and composables.',
      from: { path: '^src-renderer/(components|views)/' },
      to: { path: '^src-renderer/api' },
    },
    {
      name: 'train-never-back',
      severity: 'error',
      comment: 'Inside the engine a stage never knows what comes after it.',
      from: { path: '^src-main/engine/(corpus|tokenizer|data|model|optim)/' },
      to: { path: '^src-main/engine/(train\\.ts|loop/|generate|checkpoint|job)' },
    },
    {
      name: 'tensors-only-in-engine',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-main/engine/' },
      to: { path: 'node_modules/(@tensorflow|koffi)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.json', '.js', '.mjs', '.cjs'] },
  },
}
