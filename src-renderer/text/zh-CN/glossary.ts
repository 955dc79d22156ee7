import type { glossary as source } from '../en/glossary'

export const glossary: typeof source = {
  model: { term: '模型', text: '由许多数值组成的程序，猜测接下来会出现哪个词片。训练就是调整这些数值。' },
  parameters: { term: '参数', text: '模型要学习的数值。越多能容纳的知识越多，也需要更多文本、时间和内存。' },
  token: { term: '词片', text: '文本在模型阅读之前会先切成词片：单个字、字母组合或整个词。也叫 token。' },
  vocabulary: { term: '词表', text: '模型认识的所有不同词片。' },
  readingWindow: { term: '阅读窗口', text: '模型一次能看到多少个词片。也叫上下文长度（block size）。' },
  step: { term: '步', text: '模型读几段文字，进行猜测，然后修正一次。' },
  epoch: { term: '遍数', text: '模型把训练文本从头到尾学了多少遍。也叫 epoch。' },
  loss: { term: '损失', text: '模型对下一个词片有多意外。越低越好。单位是奈特（nat）。' },
  validation: {
    term: '未见文本测试',
    text: '文本的最后十分之一会留出来，从不用于训练。模型在这部分的表现，说明它是学会了还是只会背诵。',
  },
  perplexity: { term: '困惑度', text: '相当于模型每次要在这么多个同样可能的词片中选择。越低越好。' },
  bitsPerByte: { term: '每字节比特数', text: '按文字的字节计算的损失，便于比较词表不同的模型。' },
  learningRate: { term: '学习率', text: '每次修正的幅度。' },
  optimizer: { term: '优化器', text: '把一步的误差变成对模型的修正的规则。AdamW 是经典方法，Muon 较新。' },
  gradient: { term: '梯度', text: '一次修正的方向和大小。它的长度说明模型正被多大幅度地改变。' },
  checkpoint: { term: '保存的进度', text: '写入磁盘的全部内容，可用来继续训练或与模型对话。也叫检查点。' },
  engine: { term: '引擎', text: '负责计算的程序库。结果相同，速度不同。' },
  temperature: { term: '温度', text: '模型有多大胆。低：总是选最可能的词片。高：更出人意料，也更容易出错。' },
  memory: { term: '内存', text: '训练高峰时需要的工作内存（RAM）。这是估计值。' },
}
