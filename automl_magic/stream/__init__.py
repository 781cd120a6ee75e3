"""stream: predictions for messages of a Kafka topic, with exactly-once results.

messages     messages, results and dead letters
windows/     window features over the latest messages of a key, set in a small file
scorer       scores messages: results and dead letters, in order
effects/     where results go, with the offsets in one transaction: a topic or the store
topics       the topics of a stream, checked before anything is opened
following    the model that scores: a model, or the stable version of a deployment
broker       the Kafka client and its errors
consumer     the loop: poll, score, commit, with rebalances and retries
"""
