"""Adapters for S3, DynamoDB, SQS and EventBridge. No other code imports botocore."""
