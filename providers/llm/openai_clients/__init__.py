"""Two ways to OpenAI's API, behind `providers/llm/openai.py`."""
