#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Gives the service account shop/orders a role that reads a bucket, by EKS Pod Identity. The same as terraform/.
#
#   ./association.sh CLUSTER BUCKET
set -eu

cluster=$1
bucket=$2

# once in each cluster; not needed with EKS Auto Mode
aws eks create-addon --cluster-name "$cluster" --addon-name eks-pod-identity-agent ||
    aws eks describe-addon --cluster-name "$cluster" --addon-name eks-pod-identity-agent

role=$(aws iam create-role --role-name orders --query Role.Arn --output text --assume-role-policy-document '{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"]
  }]
}')

aws iam put-role-policy --role-name orders --policy-name read-orders --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::'"$bucket"'"},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::'"$bucket"'/orders/*"}
  ]
}'

# before the pods are created: the webhook gives its variables to new pods only
aws eks create-pod-identity-association --cluster-name "$cluster" \
    --namespace shop --service-account orders --role-arn "$role"
