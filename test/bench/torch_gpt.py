"""The GPT that both benchmarks compare with, as one would write it in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, bias = c["nEmbd"], c.get("bias", True)
        self.heads = c["nHead"]
        self.ln_1, self.ln_2 = nn.LayerNorm(d, bias=bias), nn.LayerNorm(d, bias=bias)
        self.qkv, self.out = nn.Linear(d, 3 * d, bias=bias), nn.Linear(d, d, bias=bias)
        self.up, self.down = nn.Linear(d, 4 * d, bias=bias), nn.Linear(4 * d, d, bias=bias)

    def forward(self, x, cache=None):
        """cache: this layer's keys and values of earlier positions, empty at first; changed."""
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.heads, -1).transpose(1, 2) for p in self.qkv(self.ln_1(x)).split(d, dim=2))
        is_first = not cache
        if cache is not None:
            if cache:
                k, v = torch.cat((cache[0], k), dim=2), torch.cat((cache[1], v), dim=2)
            cache[:] = k, v
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=is_first)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(c["vocabSize"], c["nEmbd"]), nn.Embedding(c["blockSize"], c["nEmbd"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["nLayer"]))
        self.ln_f = nn.LayerNorm(c["nEmbd"], bias=c.get("bias", True))
        self.register_buffer("positions", torch.arange(c["blockSize"]))
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, x, caches=None, last=False):
        """Logits of every position, or of the last one. caches: a list for each block, empty at first; changed."""
        start = caches[0][0].shape[2] if caches and caches[0] else 0
        h = self.wte(x) + self.wpe(self.positions[start : start + x.shape[1]])
        for i, block in enumerate(self.blocks):
            h = block(h, caches[i] if caches else None)
        if last:
            h = h[:, -1]
        return F.linear(self.ln_f(h), self.wte.weight)
