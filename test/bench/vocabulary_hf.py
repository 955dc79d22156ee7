"""HF's BPE trainer on what vocabulary.ts made, split as we split it: python vocabulary_hf.py DOCUMENTS TOKENIZER MAX_TOKEN_LENGTH OUT.

DOCUMENTS: a JSON list of texts. TOKENIZER: our tokenizer.json, of which only the pattern is taken. Writes its own
tokenizer.json to OUT and prints {seconds, peakBytes}.
"""

import json
import resource
import sys
import time

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

documents, ours, limit, out = sys.argv[1:]
with open(documents, encoding="utf-8") as file:
    texts = json.load(file)
with open(ours, encoding="utf-8") as file:
    pattern = json.load(file)["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
)
trainer = trainers.BpeTrainer(
    vocab_size=65_536,
    min_frequency=2,
    special_tokens=["<|endoftext|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    max_token_length=int(limit),
    show_progress=False,
)
began = time.perf_counter()
tokenizer.train_from_iterator(texts, trainer)
seconds = time.perf_counter() - began
tokenizer.save(out)
print(json.dumps({"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
