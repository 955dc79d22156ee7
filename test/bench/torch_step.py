"""PyTorch's side of the step benchmark: one training step of the same model, as one would write it.

Reads JSON lines: first {model, nLayer, nHead, nEmbd, blockSize, batchSize, vocabSize, threads}, then {steps}; answers
each with a JSON line. Eager float32, scaled_dot_product_attention, fused AdamW, clipping at 1.0, a new batch each step.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c["nEmbd"]
        self.heads = c["nHead"]
        self.ln_1, self.ln_2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.heads, -1).transpose(1, 2) for p in self.qkv(self.ln_1(x)).split(d, dim=2))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(c["vocabSize"], c["nEmbd"]), nn.Embedding(c["blockSize"], c["nEmbd"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["nLayer"]))
        self.ln_f = nn.LayerNorm(c["nEmbd"])
        self.register_buffer("positions", torch.arange(c["blockSize"]))
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, x):
        h = self.wte(x) + self.wpe(self.positions)
        for block in self.blocks:
            h = block(h)
        return F.linear(self.ln_f(h), self.wte.weight)


class Lstm(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte = nn.Embedding(c["vocabSize"], c["nEmbd"])
        self.lstm = nn.LSTM(c["nEmbd"], c["nEmbd"], c["nLayer"], batch_first=True)
        self.lm_head = nn.Linear(c["nEmbd"], c["vocabSize"])

    def forward(self, x):
        return self.lm_head(self.lstm(self.wte(x))[0])


def answer(value):
    print(json.dumps(value), flush=True)


def main():
    c = json.loads(sys.stdin.readline())
    torch.set_num_threads(c["threads"])
    torch.manual_seed(1)
    model = {"gpt": Gpt, "lstm": Lstm}[c["model"]](c)
    decayed = [p for p in model.parameters() if p.dim() >= 2]
    plain = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)
    text = torch.randint(0, c["vocabSize"], (100_000,))
    answer({"torch": torch.__version__, "parameters": sum(p.numel() for p in model.parameters())})
    for line in sys.stdin:
        times = []
        for _ in range(json.loads(line)["steps"]):
            starts = torch.randint(0, len(text) - c["blockSize"] - 1, (c["batchSize"],))
            window = torch.stack([text[s : s + c["blockSize"] + 1] for s in starts])
            began = time.perf_counter()
            logits = model(window[:, :-1])
            loss = F.cross_entropy(logits.view(-1, c["vocabSize"]), window[:, 1:].reshape(-1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            times.append((time.perf_counter() - began) * 1000)
        answer({"stepMs": times})


if __name__ == "__main__":
    main()
