"""Questions put to the models: what an interceptor reaches, what a battery defends."""
