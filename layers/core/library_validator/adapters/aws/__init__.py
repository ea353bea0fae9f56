"""S3, DynamoDB, SQS and EventBridge: the only place that imports botocore."""
