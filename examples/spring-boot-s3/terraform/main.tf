# SPDX-License-Identifier: Apache-2.0
#
# Gives the service account shop/orders a role that reads a bucket, by EKS Pod Identity. The same as association.sh.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.30"
    }
  }
}

variable "cluster" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket with the orders."
  type        = string
}

# once in each cluster; not needed with EKS Auto Mode
resource "aws_eks_addon" "pod_identity_agent" {
  cluster_name = var.cluster
  addon_name   = "eks-pod-identity-agent"
}

resource "aws_iam_role" "orders" {
  name = "orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
    }]
  })
}

resource "aws_iam_role_policy" "read_orders" {
  name = "read-orders"
  role = aws_iam_role.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:ListBucket", Resource = "arn:aws:s3:::${var.bucket}" },
      { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${var.bucket}/orders/*" },
    ]
  })
}

resource "aws_eks_pod_identity_association" "orders" {
  cluster_name    = var.cluster
  namespace       = "shop"
  service_account = "orders"
  role_arn        = aws_iam_role.orders.arn
}
