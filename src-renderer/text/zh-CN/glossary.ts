import type { glossary as source } from '../en/glossary'

export const glossary: typeof source = {
  model: { term: '模型', text: '由许多数值组成的程序，预测接下来会出现哪个词元。训练就是调整这些数值。' },
  parameters: { term: '参数', text: '模型学习的数值。参数越多，能记住的越多，也需要更多文本、时间和内存。' },
  token: { term: '词元', text: '模型读写的最小单位：单个字、词的一部分或整个词。英文是 token。' },
  vocabulary: { term: '词表', text: '模型认识的所有不同词元。' },
  readingWindow: { term: '上下文长度', text: '模型一次能读多少个词元。更早的内容它用不上。' },
  step: { term: '步', text: '模型读一批文字，进行预测，然后更新一次。' },
  epoch: { term: '轮数', text: '模型把训练文本从头到尾学了多少遍，即 epoch。' },
  loss: { term: '损失', text: '模型对下一个词元有多意外，单位是奈特（nat）。越低越好。' },
  validation: {
    term: '验证',
    text: '从全文各处抽取的十分之一会留出来，从不用于训练。模型在这部分的损失，能看出它是学会了还是只会背诵。',
  },
  perplexity: { term: '困惑度', text: '模型平均在多少个词元之间犹豫，等于损失的指数。越低越好。' },
  bitsPerByte: { term: '每字节比特数', text: '按文本的字节计算的损失，用来比较词表不同的模型。' },
  learningRate: { term: '学习率', text: '每一步对模型改动的大小。' },
  optimizer: { term: '优化器', text: '把误差变成模型更新的规则。AdamW 是经典方法，Muon 较新。' },
  gradient: { term: '梯度', text: '模型更新的方向和大小。梯度范数就是它的大小。' },
  checkpoint: { term: '存档', text: '保存下来的模型版本（checkpoint），可以直接使用，也可以从这里继续训练。' },
  engine: { term: '引擎', text: '负责计算的软件。结果相同，速度不同。' },
  temperature: { term: '温度', text: '模型有多大胆。低：选可能的词元，容易重复。高：更有惊喜，也更容易出错。' },
  time: { term: '用时', text: '根据在这台电脑上实际试算的几步，或以往的训练得出。同时运行其他程序会更慢。' },
  disk: { term: '磁盘空间', text: '用于保存这个模型的各个版本，不含文本。' },
  memory: { term: '内存', text: '训练预计需要的最大内存（RAM）。' },
}
