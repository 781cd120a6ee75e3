"""stream: a topic of Kafka → predictions: read at least once, with effects exactly once.

messages     what a message is, and what is made of it: a result, or a dead letter with the reason
windows/     features over the latest messages of a key, as a small file declares them
scorer       messages → results and dead letters, in order
effects/     where they go, together with how far was read: a topic, or the store (one file each)
topics       where messages come from and where results go, checked before anything is opened
following    who answers: a model, or the stable version of a deployment
broker       the client of Kafka, and its errors in our words
consumer     the loop: poll, score, commit; rebalances, retries and the end
"""
